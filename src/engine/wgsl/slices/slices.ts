// A batch's slices on the device (slices.wgsl, weighted.wgsl) and what its encoder sees (encoder-input.wgsl): the same numbers that
// ../../batch.ts and ../../slices.ts make on the CPU, their twin. P points of the lattice, R rows an image (P/2 in domain
// fourier, else P). Made once for a number of images; the launchers never submit.
import { ringsOfPoints } from '../../../imaging/lattice.ts';
import type { SliceLayout } from '../../slices.ts';
import { shaders } from '../generated/shaders.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Command, KernelContext } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';
import { padded } from '../parameters/layout.ts';
import { firstBits } from './polynomials.ts';

export { ctfPolynomials, transferPolynomials } from './polynomials.ts';

/** Of the encoder's input: images, shifts and CTF as given. */
export interface EncoderInputs {
  /** B×P Hartley values. */
  images: BufferView;
  /** B×2, fraction of the box; null for none. */
  translations: BufferView | null;
  /** B×8 as ctfPolynomials gives them; null for none. */
  ctf: BufferView | null;
  /** `ctf` is B×12, as transferPolynomials gives them. */
  optics?: boolean;
}

/** Of a batch's slices: also rotations. */
export interface SliceInputs extends EncoderInputs {
  /** B×9, row-major. */
  rotations: BufferView;
}

/** How residuals count (ResidualWeights). */
export interface WeightInputs {
  /** B×(D/2 + 1). */
  amplitudes: BufferView;
  /** B. */
  contrast: BufferView;
}

/** Points, targets and CTF that the decoder and the loss read. */
export interface SliceOutputs {
  /** B·R × vec4f: the coordinate asked, −1 where it was flipped into the half space, else 1. */
  points: BufferView;
  /** B·R × channels, as PreparedBatch.targets. */
  targets: BufferView;
  /** B·R: CTF of the row, the same for its channels; 1 without CTF. */
  transfer: BufferView;
  /** B × padded(encoderInputs): shifted values times the CTF's sign, zeros behind. */
  encoderInput: BufferView | null;
}

/** P/2 pairs of opposite points (struct Pair of shifted.wgsl). */
export interface LatticeTables {
  pairs: BufferView;
  /** P/2: the ring of each pair. */
  rings: BufferView;
}

const WORKGROUP = 64;
const OUTSIDE = 0xffffffff;
const PAIR_WORDS = 8;

/** Tables of the lattice's points, uploaded once a model. */
export function makeLatticeTables(arena: Arena, layout: SliceLayout, boxPixels: number): LatticeTables {
  const { lattice, encoderPoints } = layout;
  const pairs = lattice.points / 2;
  const slots = new Uint32Array(pairs).fill(OUTSIDE);
  if (encoderPoints) for (let i = 0; i < encoderPoints.length / 2; i++) slots[encoderPoints[i]] = i;
  else slots.forEach((_, p) => (slots[p] = p));
  const floats = new Float32Array(PAIR_WORDS * pairs);
  const words = new Uint32Array(floats.buffer);
  for (let p = 0; p < pairs; p++) {
    const column = lattice.column[p] - boxPixels / 2;
    const row = lattice.row[p] - boxPixels / 2;
    // Of the float32 coordinates, as the CPU's CTF has it: hundreds of radians tell them from exact ones.
    const square = lattice.x[p] * lattice.x[p] + lattice.y[p] * lattice.y[p];
    const coarse = firstBits(square);
    floats.set([lattice.x[p], lattice.y[p], coarse, square - coarse, column, row], PAIR_WORDS * p);
    words[PAIR_WORDS * p + 6] = slots[p];
  }
  const rings = Uint32Array.from(ringsOfPoints(lattice).subarray(0, pairs));
  return { pairs: arena.upload('lattice', floats), rings: arena.upload('rings', rings) };
}

/** Points, targets, CTF and, where asked, the encoder's input of `count` images. */
export async function makeSlices(
  { gpu, arena }: KernelContext,
  layout: SliceLayout,
  tables: LatticeTables,
  count: number,
  { inputs, outputs }: { inputs: SliceInputs; outputs: SliceOutputs },
): Promise<Command[]> {
  const { lattice, channels, rowsPerImage } = layout;
  const rows = shaders[channels === 2 ? 'slices/rows-fourier' : 'slices/rows-hartley'];
  const pipeline = await gpu.pipeline('slices', sourceOf(layout, inputs, [shaders['slices/slices'], rows]));
  const groups = Math.ceil(lattice.points / 2 / WORKGROUP);
  const batch = arena.uniform('slices', [count, groups]);
  const views = [...common(batch, tables, inputs), inputs.rotations, outputs.points, outputs.targets, outputs.transfer];
  const bytes = 4 * count * (lattice.points + rowsPerImage * (4 + channels + 1));
  const slices = gpu.dispatch('slices', pipeline, views, count * groups, { bytes });
  if (!outputs.encoderInput) return [slices];
  return [
    slices,
    ...(await makeEncoderInput({ gpu, arena }, layout, tables, count, { inputs, output: outputs.encoderInput })),
  ];
}

/** Multiplies targets and CTF of `count` images, as slices left them, for their residuals to be weighted. */
export async function makeWeighting(
  { gpu, arena }: KernelContext,
  { lattice, channels, rowsPerImage }: SliceLayout,
  tables: LatticeTables,
  count: number,
  { inputs, outputs }: { inputs: WeightInputs; outputs: Pick<SliceOutputs, 'targets' | 'transfer'> },
): Promise<Command[]> {
  const constants = {
    POINTS: lattice.points,
    ROWS: rowsPerImage,
    CHANNELS: channels,
    RINGS: lattice.boxPixels / 2 + 1,
    WORKGROUP,
  };
  const pipeline = await gpu.pipeline('weighted', shaderSource(constants, [shaders['slices/weighted']]));
  const groups = Math.ceil(rowsPerImage / WORKGROUP);
  const batch = arena.uniform('weighted', [count, groups]);
  const views = [batch, tables.rings, inputs.amplitudes, inputs.contrast, outputs.targets, outputs.transfer];
  const bytes = 4 * count * rowsPerImage * 2 * (channels + 1);
  return [gpu.dispatch('weighted', pipeline, views, count * groups, { bytes })];
}

/** The encoder's input of `count` images alone, B × padded(encoderInputs). */
export async function makeEncoderInput(
  { gpu, arena }: KernelContext,
  layout: SliceLayout,
  tables: LatticeTables,
  count: number,
  { inputs, output }: { inputs: EncoderInputs; output: BufferView },
): Promise<Command[]> {
  const { lattice, encoderInputs } = layout;
  const pipeline = await gpu.pipeline('encoder input', sourceOf(layout, inputs, [shaders['slices/encoder-input']]));
  // Narrow lattices have fewer pairs than the row has zeros behind.
  const groups = Math.ceil(Math.max(lattice.points / 2, padded(encoderInputs) - encoderInputs) / WORKGROUP);
  const batch = arena.uniform('encoder input', [count, groups]);
  const views = [...common(batch, tables, inputs), output];
  const bytes = 4 * count * (lattice.points + padded(encoderInputs));
  return [gpu.dispatch('encoder input', pipeline, views, count * groups, { bytes })];
}

function sourceOf({ lattice, encoderInputs }: SliceLayout, inputs: EncoderInputs, parts: string[]): string {
  const constants = {
    POINTS: lattice.points,
    INPUTS: encoderInputs,
    WIDTH: padded(encoderInputs),
    SHIFTED: inputs.translations !== null,
    WITH_CTF: inputs.ctf !== null,
    WORKGROUP,
    OUTSIDE,
  };
  const transfer = shaders[inputs.ctf && inputs.optics ? 'slices/transfer-optics' : 'slices/transfer'];
  return shaderSource(constants, [shaders['trigonometry/trigonometry'], shaders['slices/shifted'], transfer, ...parts]);
}

function common(
  batch: BufferView,
  { pairs }: LatticeTables,
  { images, translations, ctf }: EncoderInputs,
): BufferView[] {
  // Bindings that the kernel names but never reads are given whatever can be read.
  return [batch, pairs, images, translations ?? pairs, ctf ?? pairs];
}
