// Compares the variants of one kernel: checked against the plainest, then timed in rounds; and the kernels of a step one after
// the other (tune.ts says on how many rows).
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { productVariants, type ProductShape, type ProductVariant } from '../product/product.ts';
import { weightGradientVariants, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { differingVariants } from './rows.ts';
import type { StepShapes } from './sizes.ts';
import type { ProgressCounter } from './progress-counter.ts';
import { timeInRounds } from './timing.ts';
import { agree, outputOf, type Trial, type TrialBuffers } from './trial.ts';
import { choiceKey, type Choice } from './tuned.ts';

/** Rows of a check: no multiple of a tile. */
const CHECK_ROWS = 333;
/** Candidates of the first shape that others try, and their own default. */
export const FINALISTS = 3;

/** Lets a piece of the device's work be done, when its turn has come. */
export type Turn = <T>(work: () => Promise<T>) => Promise<T>;

/** What became of one variant. */
export interface TrialNote {
  /** Of the choice it was tried for. */
  key: string;
  /** JSON. */
  variant: string;
  /** From its text to its pipeline, with all others of the kernel beside it; 0 where it was compiled before. */
  compileSeconds: number;
  /** Null where it was not timed: it does not compile, or computes something else. */
  seconds: number | null;
  fault: string | null;
}

/** A variant that compiles and computes what it should. */
interface Compiled {
  variant: unknown;
  compileSeconds: number;
}

/** A variant that is right, and the seconds it took. */
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

/** What a tuner needs beside its kernels. */
export interface TunerParts {
  gpu: Gpu;
  choices: Record<string, Choice>;
  /** Most variants tried of a kernel. */
  candidates: number;
  counter: ProgressCounter;
  turn: Turn;
  onTrial?: ((trial: TrialNote) => void) | undefined;
}

/** The variants of a product that are worth timing on so many rows, likeliest first. */
export function triedVariants(gpu: Gpu, shape: ProductShape, rows: number): ProductVariant[] {
  return differingVariants(productVariants(gpu, shape, rows), shape, rows);
}

/** As it is kept: the variant as JSON, the time in microseconds to a tenth. */
export function choice(variant: unknown, seconds: number): Choice {
  return { variant: JSON.stringify(variant), microseconds: Math.round(1e7 * seconds) / 10 };
}

/** Seconds of the parts of a step on `rows`, and the rates that its slowest product and a copy reach. */
export interface Measured {
  rows: number;
  /** A hidden layer, there and back. */
  seconds: number;
  fused: number;
  stored: number;
  rate: number;
  bandwidth: number;
}

/** Exported for its proofs. */
export class Tuner {
  constructor(
    private readonly parts: TunerParts,
    readonly buffers: TrialBuffers,
  ) {}

  async step({ first, hidden }: StepShapes, features: number, rows: number): Promise<Measured> {
    const { gpu, candidates } = this.parts;
    const products = triedVariants(gpu, hidden.forward, rows).slice(0, candidates);
    const forwards = await this.choose(this.product(hidden.forward, products), rows);
    const seconds = async (kernel: Kernel) => (await this.choose(kernel, rows))[0].seconds;
    const among = (shape: ProductShape) => this.product(shape, this.finalists(shape, rows, forwards));
    const forward = forwards[0].seconds;
    const backward = await seconds(among(hidden.backward));
    const gradient = await seconds(this.weightGradient(hidden.gradient, rows));
    const fused =
      (await seconds(among(first.fused.forward))) + (await seconds(this.weightGradient(first.fused.gradient, rows)));
    const stored =
      (await this.time((await this.buffers.features(features, rows)).dispatches)) +
      (await seconds(among(first.stored.forward))) +
      (await seconds(this.weightGradient(first.stored.gradient, rows)));
    const work = 2 * rows * hidden.forward.inputs * hidden.forward.outputs;
    const copy = await this.buffers.copy();
    return {
      rows,
      seconds: forward + backward + gradient,
      fused,
      stored,
      rate: work / Math.max(forward, backward, gradient),
      bandwidth: copy.bytes / (await this.time([copy])),
    };
  }

  /** The shape's own default and, of what else it offers, what was best elsewhere: as many as were planned. */
  private finalists(shape: ProductShape, rows: number, ranked: readonly Candidate[]): ProductVariant[] {
    const { gpu, candidates } = this.parts;
    const [own, ...others] = triedVariants(gpu, shape, rows);
    const names = ranked.map(({ variant }) => JSON.stringify(variant));
    const rank = (variant: ProductVariant): number => {
      const at = names.indexOf(JSON.stringify(variant));
      return at < 0 ? names.length : at;
    };
    const best = others.sort((a, b) => rank(a) - rank(b));
    return [own, ...best.slice(0, FINALISTS)].slice(0, candidates);
  }

  private product(shape: ProductShape, variants: readonly ProductVariant[]): Kernel {
    return {
      key: choiceKey('product', shape, Infinity),
      variants,
      make: (variant, count) => this.buffers.product(shape, variant as ProductVariant, count),
    };
  }

  private weightGradient(shape: WeightGradientShape, rows: number): Kernel {
    const { gpu, candidates } = this.parts;
    const variants = weightGradientVariants(gpu, shape, rows).slice(0, candidates);
    return {
      key: choiceKey('weight-gradient', shape, Infinity),
      variants,
      make: (variant, count) =>
        this.buffers.weightGradient(shape, variants.find((one) => one === variant) ?? variants[0], count),
    };
  }

  /**
   * Those that compute what the plainest does and whose time can be told, fastest first; the choice is noted. Error where there
   * is none.
   */
  async choose({ key, variants, make }: Kernel, rows: number): Promise<Candidate[]> {
    const right = await this.checked(key, variants, make);
    const trials = await Promise.all(right.map(({ variant }) => make(variant, rows)));
    const times = await timeInRounds(
      this.measure,
      trials.map(({ dispatches }) => dispatches),
    );
    const timed = right.flatMap(({ variant, compileSeconds }, i): Candidate[] => {
      const seconds = times[i];
      const fault = seconds === null ? 'its time cannot be told' : null;
      this.parts.onTrial?.({ key, variant: JSON.stringify(variant), compileSeconds, seconds, fault });
      return seconds === null ? [] : [{ variant, seconds }];
    });
    if (timed.length === 0) throw new Error(`${key}: no variant computes what it should in a time that can be told`);
    timed.sort((a, b) => a.seconds - b.seconds);
    this.parts.choices[key] = choice(timed[0].variant, timed[0].seconds);
    return timed;
  }

  private async checked(key: string, variants: readonly unknown[], make: Kernel['make']): Promise<Compiled[]> {
    const { gpu, counter, turn, onTrial } = this.parts;
    const rows = Math.min(CHECK_ROWS, this.buffers.rows);
    const begun = performance.now();
    const compileSeconds = variants.map(() => 0);
    // Compiled side by side; what does not compile is left out.
    const trials = variants.map(async (variant, i) => {
      const trial = await make(variant, rows);
      compileSeconds[i] = (performance.now() - begun) / 1000;
      return trial;
    });
    const settled = Promise.allSettled(trials);
    try {
      const plain = await this.plainTrial(variants, trials);
      const wanted = await turn(() => outputOf(gpu, plain));
      const right: Compiled[] = [];
      for (const [i, making] of trials.entries()) {
        let fault = 'computes something else';
        const trial = await making.catch((error: unknown) => {
          fault = error instanceof Error ? error.message : String(error);
          return null;
        });
        const got = trial && (await turn(() => outputOf(gpu, trial)));
        const compiled = { variant: variants[i], compileSeconds: compileSeconds[i] };
        if (trial && got && agree(got, wanted, trial.scalar)) right.push(compiled);
        else onTrial?.({ ...compiled, key, variant: JSON.stringify(variants[i]), seconds: null, fault });
        counter.tried();
      }
      return right;
    } finally {
      // Nothing is made any more when their buffers go.
      await settled;
    }
  }

  /** Of the variant without workgroup memory, the most dependable; else of the first that compiles. */
  private async plainTrial(variants: readonly unknown[], trials: readonly Promise<Trial>[]): Promise<Trial> {
    const plainest = variants.findIndex((variant) => (variant as { kind: string }).kind === 'register');
    const order = [...trials.keys()].sort((a, b) => Number(b === plainest) - Number(a === plainest));
    let reason: unknown = new Error('no variant is offered');
    for (const number of order)
      try {
        return await trials[number];
      } catch (error) {
        reason = error;
      }
    throw reason;
  }

  private readonly measure = (dispatches: readonly Dispatch[], repeats: number): Promise<number> =>
    this.parts.turn(() => this.parts.gpu.measure(dispatches, repeats));

  /** Seconds of what there is no choice of. Error where they cannot be told. */
  async time(dispatches: readonly Dispatch[]): Promise<number> {
    const [seconds] = await timeInRounds(this.measure, [dispatches]);
    if (seconds === null) throw new Error(`${dispatches[0]?.label}: its time cannot be told`);
    return seconds;
  }

  /** Keeps the device busy for so long. */
  async warm(dispatches: readonly Dispatch[], seconds: number): Promise<void> {
    const until = performance.now() + 1000 * seconds;
    let repeats = 1;
    for (let now = performance.now(); now < until;) {
      await this.measure(dispatches, repeats);
      const before = now;
      now = performance.now();
      // Long enough that waiting for each other is the lesser part.
      if (now - before < 10) repeats = Math.min(4096, 2 * repeats);
    }
  }
}
