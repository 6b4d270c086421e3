// Measures which variants are fastest at a model's sizes. Each candidate is first checked against the plain variant's numbers,
// so that one that a driver does not compile or computes wrongly is left out; then timed (timing.ts) on as many rows as the
// model's step has (rows.ts). The hidden layer tries all; other shapes try what was best there, and their own default.
import { adapterWords } from '../../gpu-adapter.ts';
import type { ChoosingProgress } from '../../engine.ts';
import { throwIfCancelled } from '../../../base/errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { productVariants } from '../product/product.ts';
import { weightGradientVariants } from '../weight-gradient/weight-gradient.ts';
import { LEAST_ROWS, MOST_ROWS, mostFoundRows, timedRows } from './rows.ts';
import { stepShapes, type TuningSizes } from './sizes.ts';
import { ProgressCounter } from './progress-counter.ts';
import { TrialBuffers } from './trial.ts';
import { TUNING_VERSION, type Choice, type Tuning } from './tuned.ts';
import {
  FINALISTS,
  type Turn,
  type TrialNote,
  type TunerParts,
  triedVariants,
  choice,
  type Measured,
  Tuner,
} from './tuner.ts';

const TARGET_SECONDS = 0.003;
/** Rows grow by so much at most: on the slowest chip 256 rows of width 1024 take 3 ms. */
const MOST_GROWTH = 8;
/** float16 has to be this much faster to be worth its rounding. */
const HALF_GAIN = 0.9;
/** Work before the first timing: a card that idles runs at a sixth of its clock. */
const WARM_SECONDS = 0.3;

/** How much is tried, and who is told. */
export interface TuneOptions {
  /** Most rows of a trial; fewer than the default where software is tuned on request. */
  rows?: number;
  /** Most variants tried of a kernel. A compiler for CPUs takes seconds for what it was not made for: two in software. */
  candidates?: number;
  onProgress?: ((progress: ChoosingProgress) => void) | undefined;
  signal?: AbortSignal | undefined;
  /** Each piece of work on the device, at most some 12 ms, waits for its turn; at once unless said. */
  turn?: Turn;
  /** Seconds of work before the first timing; none where the device is busy anyway. */
  warmSeconds?: number;
  /** Told of each variant that was tried (measuring programs keep them). */
  onTrial?: ((trial: TrialNote) => void) | undefined;
}

/** Errors: 'out-of-memory' where the trials do not fit, 'cancelled'. */
export async function tuneEngine(gpu: Gpu, sizes: TuningSizes, options: TuneOptions = {}): Promise<Tuning> {
  const { signal, rows = MOST_ROWS, warmSeconds = gpu.software ? 0 : WARM_SECONDS } = options;
  const candidates = options.candidates ?? (gpu.software ? 2 : Infinity);
  const given = options.turn ?? ((work) => work());
  const parts: TunerParts = {
    gpu,
    candidates,
    choices: {},
    counter: new ProgressCounter(plannedTrials(gpu, sizes, candidates, rows), options.onProgress),
    onTrial: options.onTrial,
    turn: async (work) => {
      throwIfCancelled(signal);
      const done = await given(work);
      throwIfCancelled(signal);
      return done;
    },
  };
  const steps: Partial<Record<Scalar, Measured>> = {};
  let warm = false;
  for (const scalar of scalarsOf(gpu)) {
    try {
      const found = await enoughRows(parts, sizes, scalar, rows, warm ? 0 : warmSeconds);
      warm = true;
      const timed = timedRows(gpu, sizes, found, rows);
      // Buffers beyond the caches even where a step is small: what a copy reaches is taken of them.
      steps[scalar] = await withBuffers(parts, sizes, scalar, Math.max(found.rows, timed), (tuner) =>
        tuner.step(stepShapes(sizes, scalar), sizes.features, timed),
      );
    } catch (error) {
      // A driver that cannot do float16 can do float32.
      if (scalar === 'f32' || signal?.aborted) throw error;
      await gpu.finished();
    }
  }
  return tuningFrom(gpu, parts.choices, steps);
}

function tuningFrom(
  gpu: Gpu,
  choices: Record<string, Choice>,
  { f32, f16 }: Partial<Record<Scalar, Measured>>,
): Tuning {
  const half = f32 && f16 && f16.seconds / f16.rows < (HALF_GAIN * f32.seconds) / f32.rows;
  const best = half ? f16 : f32;
  if (best) {
    choices['scalar'] = choice(half ? 'f16' : 'f32', best.seconds);
    choices['encoding'] = choice(best.fused < best.stored ? 'fused' : 'stored', Math.min(best.fused, best.stored));
  }
  // The model keeps its dispatches short by the slower of the two.
  const rate = Math.min(f32?.rate ?? Infinity, f16?.rate ?? Infinity);
  const bandwidth = f32?.bandwidth ?? f16?.bandwidth;
  const created = new Date().toISOString();
  const tuning = { adapter: adapterWords(gpu.guarded.info), version: TUNING_VERSION, created, choices };
  return { ...tuning, ...(Number.isFinite(rate) && { rate }), ...(bandwidth && { bandwidth }) };
}

function scalarsOf({ half }: Gpu): Scalar[] {
  return half ? ['f32', 'f16'] : ['f32'];
}

/** Variants that a tuning will try on a step's rows: what its progress counts to. */
export function plannedTrials(gpu: Gpu, sizes: TuningSizes, candidates = Infinity, mostRows = MOST_ROWS): number {
  const rows = Math.max(LEAST_ROWS, Math.min(mostRows, sizes.stepRows));
  let total = 0;
  for (const scalar of scalarsOf(gpu)) {
    const { first, hidden } = stepShapes(sizes, scalar);
    total += Math.min(candidates, triedVariants(gpu, hidden.forward, rows).length);
    for (const shape of [hidden.backward, first.fused.forward, first.stored.forward])
      total += Math.min(candidates, FINALISTS + 1, triedVariants(gpu, shape, rows).length);
    for (const shape of [hidden.gradient, first.fused.gradient, first.stored.gradient])
      total += Math.min(candidates, weightGradientVariants(gpu, shape, rows).length);
  }
  return total;
}

async function withBuffers<T>(
  parts: TunerParts,
  sizes: TuningSizes,
  scalar: Scalar,
  rows: number,
  work: (tuner: Tuner) => Promise<T>,
): Promise<T> {
  const { gpu, turn } = parts;
  const { arena, made } = await turn(() =>
    gpu.allocate('tuning', (arena) => new TrialBuffers(gpu, arena, sizes, scalar, rows)),
  );
  try {
    return await work(new Tuner(parts, made));
  } finally {
    arena.destroy();
  }
}

/**
 * Rows on which the default product takes some milliseconds, found from few: nobody knows yet how fast the device is. What it
 * reaches sets the pace of the trials.
 */
async function enoughRows(
  parts: TunerParts,
  sizes: TuningSizes,
  scalar: Scalar,
  cap: number,
  warmSeconds: number,
): Promise<{ rows: number; seconds: number }> {
  const { gpu } = parts;
  const most = mostFoundRows(gpu, sizes, cap);
  const shape = stepShapes(sizes, scalar).hidden.forward;
  const [untried] = productVariants(gpu, shape, LEAST_ROWS);
  let rows = LEAST_ROWS;
  for (;;) {
    const { seconds, dispatches } = await withBuffers(parts, sizes, scalar, rows, async (tuner) => {
      const { dispatches } = await tuner.buffers.product(shape, untried, rows);
      if (rows === LEAST_ROWS) await tuner.warm(dispatches, warmSeconds);
      return { seconds: await tuner.time(dispatches), dispatches };
    });
    const flops = dispatches.reduce((sum, one) => sum + one.flops, 0);
    const bytes = dispatches.reduce((sum, one) => sum + one.bytes, 0);
    if (seconds >= TARGET_SECONDS / 2 || rows >= most) {
      gpu.pace.set({ flops: flops / seconds, bytes: Math.max(bytes / seconds, gpu.pace.bytesPerSecond) });
      return { rows, seconds };
    }
    const wanted = (rows * TARGET_SECONDS) / seconds;
    rows = Math.min(most, Math.ceil(Math.min(wanted, MOST_GROWTH * rows) / 128) * 128);
  }
}
