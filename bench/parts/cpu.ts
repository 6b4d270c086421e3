// Training without a graphics processor: the wasm engine and PyTorch in turns, so that what else runs slows both alike.
import { cpus } from 'node:os';
import { openEngine } from '../../src/engine/choose.ts';
import { flopsOfImage, sizeWords, type Size } from '../models.ts';
import { Trainer } from '../rate.ts';
import { figures, median, percent, scaled, type Part } from '../report.ts';
import { watchThreads } from '../scheduling.ts';
import { AskedTorch, type TorchFound } from '../torch.ts';

export async function cpuPart(size: Size, torch: TorchFound | null, round: number, rounds: number): Promise<Part> {
  const rows: string[][] = [];
  let kernels = '';
  const counts = [...new Set([1, Math.min(2, cpus().length)])];
  for (const threads of counts) {
    const engine = await openEngine({ device: 'cpu', maker: 'wasm', threads });
    kernels = engine.device.description.replace(/^.*, /, '');
    const trainer = await Trainer.start(engine, size);
    const beside = torch && new AskedTorch(torch, size, round, threads);
    // Once for nothing: it warms up while nobody is timed.
    await beside?.round();
    const [ours, theirs]: number[][] = [[], []];
    const shares = { running: 0, waiting: 0, asleep: 0 };
    for (let i = 0; i < rounds; i++) {
      const watched = watchThreads();
      ours.push(await trainer.round(round));
      const here = watched(threads);
      for (const key of ['running', 'waiting', 'asleep'] as const) shares[key] += (here?.[key] ?? NaN) / rounds;
      if (beside) theirs.push(await beside.round());
    }
    beside?.close();
    trainer.dispose();
    engine.dispose();
    const [rate, other] = [median(ours), beside ? median(theirs) : NaN];
    const flops = flopsOfImage(size);
    const best = (rates: number[]) => figures(Math.max(...rates));
    rows.push([
      String(threads),
      `${figures(rate)} (${best(ours)})`,
      `${scaled(rate * flops)}FLOP/s`,
      beside ? `${figures(other)} (${best(theirs)})` : '–',
      beside ? `${scaled(other * flops)}FLOP/s` : '–',
      figures(rate / other),
      Number.isNaN(shares.running) ? '–' : `${scaled((rate * flops) / (threads * shares.running))}FLOP/s`,
      Number.isNaN(shares.running) ? '–' : [shares.running, shares.waiting, shares.asleep].map(percent).join(', '),
    ]);
  }
  return {
    title: `Training without a graphics processor, ${sizeWords(size)}`,
    notes: [
      `${rounds} rounds of about ${round} s in turns; images/s, medians (and the best round). Kernels: ${kernels}.`,
      'Shares: of the time of each computing thread, running, ready but without a core, and asleep (barriers, messages).',
    ],
    header: [
      ...['threads', 'wasm', 'products', `PyTorch ${torch?.version ?? 'absent'}`, 'products', 'ratio of medians'],
      ...['a thread while it runs', 'running, ready, asleep'],
    ],
    rows,
  };
}
