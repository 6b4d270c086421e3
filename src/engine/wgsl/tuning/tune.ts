// Measures which variants are fastest at a model's sizes. Each candidate is first checked against the plain variant's numbers,
// so that one that a driver does not compile or computes wrongly is left out; then timed on as many rows as take some
// milliseconds. The hidden layer tries all; other shapes try what was best there, and their own default.
import { adapterWords } from '../../gpu-adapter.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { productVariants, type ProductShape, type ProductVariant } from '../product/product.ts';
import { weightGradientVariants, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { stepShapes, type StepShapes, type TuningSizes } from './sizes.ts';
import { agree, outputOf, TrialBuffers, type Trial } from './trial.ts';
import { choiceKey, TUNING_VERSION, type Choice, type Tuning } from './tuned.ts';

/** Rows of a check: no multiple of a tile. */
const CHECK_ROWS = 333;
const LEAST_ROWS = 4096;
const MOST_ROWS = 65536;
/** Bytes of the largest buffer of a trial. */
const MOST_BYTES = 2 ** 28;
const TARGET_SECONDS = 0.004;
/** Candidates of the first shape that others try. */
const FINALISTS = 3;
/** float16 has to be this much faster to be worth its rounding. */
const HALF_GAIN = 0.9;

export interface TuneOptions {
  /** Least rows of a trial; fewer than the default where software is tuned on request. */
  rows?: number;
  /** Most variants tried of a kernel. A compiler for CPUs takes seconds for what it was not made for: two in software. */
  candidates?: number;
  signal?: AbortSignal;
}

export interface Candidate {
  variant: unknown;
  seconds: number;
}

/** A kernel at one size, and how a variant of it is made for a number of rows. */
export interface Kernel {
  key: string;
  variants: readonly unknown[];
  make(variant: unknown, rows: number): Promise<Trial>;
}

/** Error: 'out-of-memory' where the trials do not fit; a reason that `signal` gives. */
export async function tuneEngine(gpu: Gpu, sizes: TuningSizes, options: TuneOptions = {}): Promise<Tuning> {
  const scalars: Scalar[] = gpu.half ? ['f32', 'f16'] : ['f32'];
  const candidates = options.candidates ?? (gpu.software ? 2 : Infinity);
  const choices: Record<string, Choice> = {};
  const steps: Partial<Record<Scalar, Measured>> = {};
  let rate = Infinity;
  for (const scalar of scalars) {
    const rows = options.rows ?? LEAST_ROWS;
    const most = mostRows(gpu, sizes, rows);
    const { arena, made } = await gpu.allocate('tuning', (arena) => new TrialBuffers(gpu, arena, sizes, scalar, most));
    try {
      const tuner = new Tuner(gpu, made, choices, candidates, options.signal);
      const measured = await tuner.step(stepShapes(sizes, scalar), sizes.features, rows);
      steps[scalar] = measured;
      // The model keeps its dispatches short by the slower of the two.
      rate = Math.min(rate, measured.rate);
    } finally {
      arena.destroy();
    }
  }
  const { f32, f16 } = steps;
  const half = f32 && f16 && f16.seconds < HALF_GAIN * f32.seconds;
  const best = half ? f16 : f32;
  if (best) {
    choices['scalar'] = choice(half ? 'f16' : 'f32', best.seconds);
    choices['encoding'] = choice(best.fused < best.stored ? 'fused' : 'stored', Math.min(best.fused, best.stored));
  }
  const tuning = { adapter: adapterWords(gpu.guarded.info), version: TUNING_VERSION, choices };
  return Number.isFinite(rate) ? { ...tuning, rate } : tuning;
}

function mostRows({ bindingBytes }: Gpu, { width, features }: TuningSizes, least: number): number {
  const fitting = Math.floor(Math.min(bindingBytes, MOST_BYTES) / (4 * Math.max(width, features)) / 128) * 128;
  return Math.max(least, Math.min(MOST_ROWS, fitting));
}

function choice(variant: unknown, seconds: number): Choice {
  return { variant: JSON.stringify(variant), microseconds: Math.round(1e7 * seconds) / 10 };
}

/** Seconds of the parts of a step on as many rows, and the rate that its slowest product reaches. */
interface Measured {
  /** A hidden layer, there and back. */
  seconds: number;
  fused: number;
  stored: number;
  rate: number;
}

/** Exported for its proofs. */
export class Tuner {
  constructor(
    private readonly gpu: Gpu,
    private readonly buffers: TrialBuffers,
    private readonly choices: Record<string, Choice>,
    private readonly most: number,
    private readonly signal?: AbortSignal,
  ) {}

  async step({ first, hidden }: StepShapes, features: number, least: number): Promise<Measured> {
    const rows = await this.enoughRows(hidden.forward, least);
    const products = productVariants(this.gpu, hidden.forward, rows).slice(0, this.most);
    const forwards = await this.choose(this.product(hidden.forward, products), rows);
    const best = forwards.slice(0, FINALISTS).map(({ variant }) => variant as ProductVariant);
    const among = (shape: ProductShape) => {
      const offered = productVariants(this.gpu, shape, rows);
      const wanted = new Set([...best, offered[0]].map((variant) => JSON.stringify(variant)));
      return this.product(
        shape,
        offered.filter((variant) => wanted.has(JSON.stringify(variant))),
      );
    };
    const seconds = async (kernel: Kernel) => (await this.choose(kernel, rows))[0].seconds;
    const forward = forwards[0].seconds;
    const backward = await seconds(among(hidden.backward));
    const gradient = await seconds(this.weightGradient(hidden.gradient, rows));
    const fused =
      (await seconds(among(first.fused.forward))) + (await seconds(this.weightGradient(first.fused.gradient, rows)));
    const stored =
      (await this.time(await this.buffers.features(features, rows))) +
      (await seconds(among(first.stored.forward))) +
      (await seconds(this.weightGradient(first.stored.gradient, rows)));
    const work = 2 * rows * hidden.forward.inputs * hidden.forward.outputs;
    return {
      seconds: forward + backward + gradient,
      fused,
      stored,
      rate: work / Math.max(forward, backward, gradient),
    };
  }

  /** Rows on which the default takes some milliseconds. */
  private async enoughRows(shape: ProductShape, least: number): Promise<number> {
    const [untried] = productVariants(this.gpu, shape, least);
    const took = await this.time(await this.buffers.product(shape, untried, least));
    const wanted = Math.floor((least * TARGET_SECONDS) / took / 128) * 128;
    return Math.max(least, Math.min(this.buffers.rows, wanted));
  }

  private product(shape: ProductShape, variants: readonly ProductVariant[]): Kernel {
    return {
      key: choiceKey('product', shape, Infinity),
      variants,
      make: (variant, count) => this.buffers.product(shape, variant as ProductVariant, count),
    };
  }

  private weightGradient(shape: WeightGradientShape, rows: number): Kernel {
    const variants = weightGradientVariants(this.gpu, shape, rows).slice(0, this.most);
    return {
      key: choiceKey('weight-gradient', shape, Infinity),
      variants,
      make: (variant, count) =>
        this.buffers.weightGradient(shape, variants.find((one) => one === variant) ?? variants[0], count),
    };
  }

  /** Those that compute what the plainest does, fastest first; the choice is noted. */
  async choose({ key, variants, make }: Kernel, rows: number): Promise<Candidate[]> {
    const right = await this.checked(variants, make);
    const timed: Candidate[] = [];
    for (const variant of right) {
      this.signal?.throwIfAborted();
      timed.push({ variant, seconds: await this.time(await make(variant, rows)) });
    }
    timed.sort((a, b) => a.seconds - b.seconds);
    this.choices[key] = choice(timed[0].variant, timed[0].seconds);
    return timed;
  }

  private async checked(variants: readonly unknown[], make: Kernel['make']): Promise<unknown[]> {
    const rows = Math.min(CHECK_ROWS, this.buffers.rows);
    // Compiled side by side; what does not compile is left out.
    const trials = await Promise.allSettled(variants.map((variant) => make(variant, rows)));
    const plain = await this.plainOutput(variants, trials);
    const right: unknown[] = [];
    for (const [i, trial] of trials.entries()) {
      this.signal?.throwIfAborted();
      if (trial.status === 'rejected') continue;
      if (agree(await outputOf(this.gpu, trial.value), plain, trial.value.scalar)) right.push(variants[i]);
    }
    return right;
  }

  /** Of the variant without workgroup memory, the most dependable; else of the first that compiles. */
  private plainOutput(variants: readonly unknown[], trials: PromiseSettledResult<Trial>[]): Promise<Float32Array> {
    const made = trials.flatMap((trial, i) => (trial.status === 'fulfilled' ? [{ trial: trial.value, i }] : []));
    const plain = made.find(({ i }) => (variants[i] as { kind: string }).kind === 'register') ?? made[0];
    if (!plain) {
      const [failed] = trials;
      throw failed?.status === 'rejected' ? failed.reason : new Error('no variant is offered');
    }
    return outputOf(this.gpu, plain.trial);
  }

  /** Seconds of a trial: the least of a few rounds, each long enough for a coarse clock. */
  private async time({ dispatches }: Trial): Promise<number> {
    const once = await this.gpu.measure(dispatches);
    const repeats = Math.max(1, Math.min(16, Math.round(TARGET_SECONDS / Math.max(once, 1e-5))));
    let least = once;
    for (let i = 0; i < 2; i++) least = Math.min(least, await this.gpu.measure(dispatches, repeats));
    // A clock of tenths of a millisecond may see nothing at all.
    return Math.max(least, 1e-7);
  }
}
