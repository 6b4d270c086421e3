// The tuning of all parts: made once, kept with every candidate's time, read by whoever trains or decodes, so that each measures
// the kernels that it says: float32 tiles, float16 tiles, float16 in matrix units, or what the tuning chose.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { adapterWords } from '../../src/engine/gpu-adapter.ts';
import type { Gpu } from '../../src/engine/wgsl/gpu/gpu.ts';
import type { Scalar } from '../../src/engine/wgsl/gpu/kernels.ts';
import { productVariants, type ProductShape, type ProductVariant } from '../../src/engine/wgsl/product/product.ts';
import type { TrialNote } from '../../src/engine/wgsl/tuning/tuner.ts';
import { Tuned, type Choice, type Tuning } from '../../src/engine/wgsl/tuning/tuned.ts';
import {
  weightGradientVariants,
  type WeightGradientShape,
  type WeightGradientVariant,
} from '../../src/engine/wgsl/weight-gradient/weight-gradient.ts';

export type Mode = 'f32' | 'f16 tiles' | 'f16 matrix' | 'chosen';

export interface Kept {
  adapter: string;
  name: string;
  /** Null where it was not finished. */
  tuning: Tuning | null;
  trials: TrialNote[];
}

const folderOf = (folder: string) => resolve(folder, 'tuning');

export function keepTuning(folder: string, kept: Kept): void {
  mkdirSync(folderOf(folder), { recursive: true });
  writeFileSync(resolve(folderOf(folder), `${kept.name}.json`), JSON.stringify(kept, null, 1));
}

/** Those of this adapter. */
export function readKept(folder: string, gpu: Gpu): Kept[] {
  if (!existsSync(folderOf(folder))) return [];
  return readdirSync(folderOf(folder))
    .map((name) => JSON.parse(readFileSync(resolve(folderOf(folder), name), 'utf8')) as Kept)
    .filter(({ adapter }) => adapter === adapterWords(gpu.guarded.info));
}

/** What this device can be asked for. */
export function modesOf(gpu: Gpu): Mode[] {
  if (!gpu.half) return ['f32'];
  return gpu.matrixUnits.length > 0 ? ['f32', 'f16 tiles', 'f16 matrix'] : ['f32', 'f16 tiles'];
}

export function scalarOf(mode: Mode): Scalar | undefined {
  return mode === 'chosen' ? undefined : mode === 'f32' ? 'f32' : 'f16';
}

const byMatrix = ({ kind }: { kind: string }): boolean => kind.startsWith('matrix');

/** Where a kernel has none of the mode's kind it takes what was fastest. */
class ModeTuned extends Tuned {
  constructor(
    gpu: Gpu,
    tuning: Tuning | null,
    private readonly mode: Mode,
  ) {
    super(gpu, tuning);
  }

  override product(shape: ProductShape, rows: number): ProductVariant {
    return this.ofMode(super.product(shape, rows), productVariants(this.gpu, shape, rows));
  }

  override weightGradient(shape: WeightGradientShape, rows: number): WeightGradientVariant {
    return this.ofMode(super.weightGradient(shape, rows), weightGradientVariants(this.gpu, shape, rows));
  }

  private ofMode<V extends { kind: string }>(fastest: V, offered: readonly V[]): V {
    if (this.mode === 'chosen') return fastest;
    const wanted = this.mode === 'f16 matrix';
    if (byMatrix(fastest) === wanted) return fastest;
    return offered.find((variant) => byMatrix(variant) === wanted) ?? fastest;
  }
}

/** Of all that is kept, each kernel's fastest of the mode. */
export function tunedFor(gpu: Gpu, folder: string, mode: Mode): Tuned {
  const kept = readKept(folder, gpu);
  const whole = kept.flatMap(({ tuning }) => (tuning ? [tuning] : []));
  const choices: Record<string, Choice> = Object.assign({}, ...whole.map((tuning) => tuning.choices)) as never;
  if (whole.length === 0 && mode === 'chosen') return Tuned.defaults(gpu);
  for (const { key, variant, seconds } of bestFirst(kept, mode))
    if (seconds !== null) choices[key] = { variant, microseconds: 1e6 * seconds };
  const version = whole[0]?.version ?? 0;
  const rates = whole.flatMap(({ rate }) => (rate === undefined ? [] : [rate]));
  const rate = rates.length > 0 ? { rate: Math.min(...rates) } : {};
  return new ModeTuned(gpu, { adapter: adapterWords(gpu.guarded.info), version, choices, ...rate }, mode);
}

/** Slowest first, so that the fastest is what is left in a table; nothing where the tuning's own choice is wanted. */
function bestFirst(kept: readonly Kept[], mode: Mode): TrialNote[] {
  if (mode === 'chosen') return [];
  return kept
    .flatMap(({ trials }) => trials)
    .filter(({ variant, seconds }) => {
      const matrix = byMatrix(JSON.parse(variant) as { kind: string });
      return seconds !== null && matrix === (mode === 'f16 matrix');
    })
    .sort((a, b) => (b.seconds ?? 0) - (a.seconds ?? 0));
}
