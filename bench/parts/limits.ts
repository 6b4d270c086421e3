// The machine's own limits, and what a dispatch of some work takes at least by them.
import { unitWords } from '../../src/engine/wgsl/limits/kernels.ts';
import type { Limits } from '../../src/engine/wgsl/limits/measure.ts';
import { megabytes, scaled, type Part } from '../report.ts';

export function limitsPart(limits: Limits): Part {
  const rows = limits.fma.map(({ scalar, lanes, flops }) => [
    `multiply-adds, ${scalar}${lanes === 4 ? ' × 4' : ''}`,
    `${scaled(flops)}FLOP/s`,
  ]);
  rows.push([`copy of ${megabytes(limits.copyBytes)}, read and written`, `${scaled(limits.copy)}B/s`]);
  for (const { unit, flops } of limits.matrix) rows.push([`matrix unit ${unitWords(unit)}`, `${scaled(flops)}FLOP/s`]);
  return { title: 'Limits of the machine', header: ['what', 'measured'], rows };
}

export interface Bound {
  /** Share of the limit that binds. */
  share: number;
  by: string;
}

/** How near `seconds` are to what the work needs at least: float32 multiply-adds or the copy's bytes. */
export function boundOf(
  { fma32, copy }: Limits,
  { flops, bytes }: { flops: number; bytes: number },
  seconds: number,
): Bound {
  const arithmetic = flops / fma32;
  const memory = bytes / copy;
  return arithmetic > memory
    ? { share: arithmetic / seconds, by: 'multiply-adds' }
    : { share: memory / seconds, by: 'memory' };
}
