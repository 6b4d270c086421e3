// Which variant of each kernel this adapter computes with: what was measured here (tuning/tune.ts), else fixed defaults.
// A choice is kept as the variant's own text and looked up among those that the kernel offers today, so that a tuning
// made by an older build never asks for a kernel that is gone.
import { hasFewRows, type FewRowsWay } from '../few-rows/few-rows.ts';
import { productVariants, type ProductShape, type ProductVariant } from '../product/product.ts';
import {
  weightGradientVariants,
  type WeightGradientShape,
  type WeightGradientVariant,
} from '../weight-gradient/weight-gradient.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';

/** The variant that was fastest of one kernel at one shape. */
export interface Choice {
  /** JSON of the variant. */
  variant: string;
  /** Of one dispatch at the size that was timed. */
  microseconds: number;
}

/** What is kept of a tuning: plain JSON. */
export interface Tuning {
  adapter: string;
  version: number;
  /** ISO. */
  created?: string;
  choices: Record<string, Choice>;
  /** Operations a second of the products that were timed, the slowest of them. */
  rate?: number;
  /** Bytes a second that a copy reads and writes. */
  bandwidth?: number;
}

/** Features of the first product: computed where they are read, or once into memory. */
export type EncodingChoice = 'fused' | 'stored';

/** Grows when kernels change so that older measurements say nothing. */
export const TUNING_VERSION = 2;

/** Rows up to this are those of an encoder's batch, beyond it those of the decoder, of whose rows slow chips compute few at a time. */
const FEW_ROWS = 256;

/** The key of a choice: kernel, few or many rows, and the shape without its label. */
export function choiceKey(kernel: string, shape: object, rows: number): string {
  // Layers that differ by name only share what was measured.
  const entries = Object.entries(shape)
    .filter(([name]) => name !== 'label')
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `${kernel} ${rows <= FEW_ROWS ? 'few' : 'many'} ${JSON.stringify(Object.fromEntries(entries))}`;
}

/** A variant of a kernel of few rows that a program asked for. */
export type RequestedVariant = { key: string; rows: number } & (
  | { kernel: 'product'; shape: ProductShape; variant: ProductVariant }
  | { kernel: 'weight-gradient'; shape: WeightGradientShape; variant: WeightGradientVariant }
  | { kernel: 'few-rows'; shape: ProductShape; variant: FewRowsWay }
);

/** The variants that a model is recorded with. */
export class Tuned {
  /** Of few rows, by kernel and variant; null once it was checked (check-few-rows.ts). */
  private readonly asked = new Map<string, RequestedVariant | null>();
  private readonly wrong = new Set<string>();

  constructor(
    readonly gpu: Gpu,
    readonly tuning: Tuning | null,
  ) {}

  /** The first of each kernel's variants, float32, and features stored on software adapters. */
  static defaults(gpu: Gpu): Tuned {
    return new Tuned(gpu, null);
  }

  /** The variant of a product: the chosen one, else the default. */
  product(shape: ProductShape, rows: number): ProductVariant {
    const kernel = 'product';
    const variant = this.chosen(kernel, shape, rows, productVariants(this.gpu, shape, rows));
    this.note({ key: choiceKey(kernel, shape, rows), kernel, shape, rows, variant });
    return variant;
  }

  /** The variant of a weight gradient: the chosen one, else the default. */
  weightGradient(shape: WeightGradientShape, rows: number): WeightGradientVariant {
    const kernel = 'weight-gradient';
    const variant = this.chosen(kernel, shape, rows, weightGradientVariants(this.gpu, shape, rows));
    this.note({ key: choiceKey(kernel, shape, rows), kernel, shape, rows, variant });
    return variant;
  }

  /** Whether few rows are computed in one dispatch (few-rows/): where they can be, and were not found to be wrong here. */
  inOneDispatch(shape: ProductShape, rows: number, variant: FewRowsWay): boolean {
    if (!hasFewRows(this.gpu, shape, rows)) return false;
    const key = choiceKey('few-rows', shape, rows);
    if (this.wrong.has(nameOf(key, variant))) return false;
    this.note({ key, kernel: 'few-rows', shape, rows, variant });
    return true;
  }

  /** Operations a second that products surely reach here; null where nothing was measured. */
  get rate(): number | null {
    return this.tuning?.rate ?? null;
  }

  /** Whether features are made where they are read or stored first. */
  get encoding(): EncodingChoice {
    const found = this.tuning?.choices['encoding']?.variant;
    if (found === '"fused"' || found === '"stored"') return JSON.parse(found) as EncodingChoice;
    return this.gpu.software ? 'stored' : 'fused';
  }

  /** Storage of activations: 'f16' only where the device has it and it was measured to be faster. */
  get scalar(): Scalar {
    return this.gpu.half && this.tuning?.choices['scalar']?.variant === '"f16"' ? 'f16' : 'f32';
  }

  private note(asked: RequestedVariant): void {
    const name = nameOf(asked.key, asked.variant);
    if (asked.rows <= FEW_ROWS && !this.asked.has(name)) this.asked.set(name, asked);
  }

  /** Variants of few rows that were asked for and not yet checked. */
  unchecked(): RequestedVariant[] {
    return [...this.asked.values()].filter((asked) => asked !== null);
  }

  /** A variant that is not right is not chosen again while there is another. */
  checked({ key, variant }: RequestedVariant, isRight: boolean): void {
    const name = nameOf(key, variant);
    this.asked.set(name, null);
    if (!isRight) this.wrong.add(name);
  }

  private chosen<V>(kernel: string, shape: object, rows: number, variants: readonly V[]): V {
    const wanted = this.tuning?.choices[choiceKey(kernel, shape, rows)]?.variant;
    const named = variants.find((variant) => JSON.stringify(variant) === wanted);
    if (named || this.wrong.size === 0) return named ?? variants[0];
    const key = choiceKey(kernel, shape, rows);
    return variants.find((variant) => !this.wrong.has(nameOf(key, variant))) ?? variants[0];
  }
}

function nameOf(key: string, variant: unknown): string {
  return `${key} ${JSON.stringify(variant)}`;
}
