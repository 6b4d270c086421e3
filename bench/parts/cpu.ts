// Training without a graphics processor: the wasm engine and PyTorch in turns, so that what else runs slows both alike.
import { cpus } from 'node:os';
import { openEngine } from '../../src/engine/choose.ts';
import { flopsOfImage, sizeWords, type Size } from '../models.ts';
import { Trainer } from '../rate.ts';
import { figures, median, scaled, type Part } from '../report.ts';
import { AskedTorch, type TorchFound } from '../torch.ts';

export async function cpuPart(size: Size, torch: TorchFound | null, round: number, rounds: number): Promise<Part> {
  const rows: string[][] = [];
  const counts = [...new Set([1, Math.min(2, cpus().length)])];
  for (const threads of counts) {
    const engine = await openEngine({ device: 'cpu', maker: 'wasm', threads });
    const trainer = await Trainer.start(engine, size);
    const beside = torch && new AskedTorch(torch, size, round, threads);
    // Once for nothing: it warms up while nobody is timed.
    await beside?.round();
    const [ours, theirs]: number[][] = [[], []];
    for (let i = 0; i < rounds; i++) {
      ours.push(await trainer.round(round));
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
    ]);
  }
  return {
    title: `Training without a graphics processor, ${sizeWords(size)}`,
    notes: [`${rounds} rounds of about ${round} s in turns; images/s, medians (and the best round).`],
    header: ['threads', 'wasm', 'products', `PyTorch ${torch?.version ?? 'absent'}`, 'products', 'ratio of medians'],
    rows,
  };
}
