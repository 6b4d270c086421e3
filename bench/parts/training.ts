// Training images/s over boxes, widths and batches, with PyTorch beside it on the same graphics processor; on software
// adapters one small size, against the same step on tfjs's WebGPU backend in turns.
import type { EngineKind } from '../../src/engine/engine.ts';
import { openOnGpu, type Machine } from '../machine.ts';
import { flopsOfImage, sizeWords, type Size } from '../models.ts';
import { Trainer } from '../rate.ts';
import { figures, median, megabytes, scaled, seconds, type Part } from '../report.ts';
import type { TorchFound, TorchRate } from '../torch.ts';
import { torchRates } from '../torch.ts';

export interface Grid {
  boxes: number[];
  widths: number[];
  batches: number[];
}

export const FULL: Grid = { boxes: [64, 128, 256], widths: [256, 1024], batches: [8, 16, 32, 64] };
export const QUICK: Grid = { boxes: [128], widths: [256, 1024], batches: [16] };
export const SOFTWARE: Size = { boxPixels: 32, width: 128, batch: 16 };

function sizesOf({ boxes, widths, batches }: Grid): Size[] {
  return boxes.flatMap((boxPixels) => widths.flatMap((width) => batches.map((batch) => ({ boxPixels, width, batch }))));
}

export async function trainingPart(
  machine: Machine,
  grid: Grid,
  { torch, round }: { torch: TorchFound | null; round: number },
): Promise<Part> {
  const precisions = ['float32', 'tf32', 'amp'];
  const beside = torch?.cuda ? torchOnGpu(torch, grid, precisions, round) : [];
  const rows: string[][] = [];
  for (const size of sizesOf(grid)) {
    const engine = await openOnGpu(machine, 'wgsl');
    const { boxPixels, width, batch } = size;
    const rateOf = (precision: string) =>
      beside.find((r) => r.box === boxPixels && r.dim === width && r.batch === batch && r.precision === precision)
        ?.imagesPerSecond ?? NaN;
    const others = precisions.map(rateOf);
    try {
      const trainer = await Trainer.start(engine, size);
      const rates: number[] = [];
      for (let i = 0; i < 5; i++) rates.push(await trainer.round(round));
      const rate = median(rates);
      rows.push([
        sizeWords(size),
        figures(rate),
        `${scaled(rate * flopsOfImage(size))}FLOP/s`,
        ...others.map(figures),
        figures(rate / others[0]),
        figures(rate / others[2]),
        megabytes(trainer.model.memoryBytes()),
        seconds(trainer.firstStep),
      ]);
      trainer.dispose();
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      rows.push([sizeWords(size), words, '–', ...others.map(figures), '–', '–', '–', '–']);
    }
    engine.dispose();
  }
  const from = beside[0] ? [`PyTorch ${beside[0].torch} on ${beside[0].device}.`] : ['No PyTorch on this device.'];
  return {
    title: 'Training, images/s',
    notes: [...from, 'First step: from an open engine, shaders compiled and buffers made on the way.'],
    header: ['size', 'wgsl', 'products', ...precisions, '/ float32', '/ amp', 'bytes held', 'first step'],
    rows,
  };
}

function torchOnGpu(torch: TorchFound, grid: Grid, precisions: string[], round: number): TorchRate[] {
  const sizes = ['--box', grid.boxes, '--dim', grid.widths, '--batch', grid.batches].map(String);
  const options = ['--device', 'cuda', ...sizes, '--precision', precisions.join(','), '--seconds', String(round)];
  return torchRates(torch, options);
}

/** Rounds in turns, so that what else runs on the machine slows all alike. */
export async function turnsPart(machine: Machine, size: Size, round: number, rounds: number): Promise<Part> {
  const makers: EngineKind[] = ['wgsl', 'tfjs'];
  const open = await Promise.all(makers.map((maker) => openOnGpu(machine, maker)));
  const trainers: Trainer[] = [];
  for (const engine of open) trainers.push(await Trainer.start(engine, size));
  const rates: number[][] = makers.map(() => []);
  for (let i = 0; i < rounds; i++)
    for (const [at, trainer] of trainers.entries()) rates[at].push(await trainer.round(round));
  const medians = rates.map(median);
  const rows = makers.map((maker, at) => [
    `${maker} on WebGPU`,
    figures(medians[at]),
    `${scaled(medians[at] * flopsOfImage(size))}FLOP/s`,
    figures(medians[at] / medians[1]),
    megabytes(trainers[at].model.memoryBytes()),
    seconds(trainers[at].firstStep),
  ]);
  for (const trainer of trainers) trainer.dispose();
  for (const engine of open) engine.dispose();
  return {
    title: `Training in turns, ${sizeWords(size)}`,
    notes: [`${rounds} rounds of about ${round} s each, medians.`],
    header: ['engine', 'images/s', 'products', 'ratio', 'bytes held', 'first step'],
    rows,
  };
}
