// The last layer against its twin: both channel counts, widths from 16 to beyond 1024 and ones that lanes do not divide, rows
// around a block and beyond one turn of the grid, both activations, chunks that add up, float16 with a loss scale.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { fromHalfFloats, halfFloats } from '../../proof/half-floats.ts';
import { adamState, readAdamState } from '../adam/adam.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, LOSS_SUMS } from '../gpu/kernels.ts';
import { makeOutput, makeValues, outputScratch, type OutputShape, type OutputVariant } from './output.ts';
import { outputOnCpu, valuesOnCpu, type OutputNumbers } from './twin.ts';

interface OutputCase {
  rows: number;
  inputs: number;
  channels?: 1 | 2;
  activation?: OutputShape['activation'];
  scalar?: OutputShape['scalar'];
  variant: OutputVariant;
  lossScale?: number;
}

const ROWS: OutputVariant = { kind: 'rows' };
const teams = (lanes: number): OutputVariant => ({ kind: 'teams', lanes });

const CASES: OutputCase[] = [
  { rows: 1, inputs: 16, variant: ROWS },
  { rows: 63, inputs: 48, channels: 1, variant: ROWS },
  { rows: 64, inputs: 16, activation: 'leaky_relu', variant: ROWS },
  { rows: 65, inputs: 80, variant: ROWS },
  { rows: 65536 + 70, inputs: 16, variant: ROWS },
  { rows: 1, inputs: 16, variant: teams(4) },
  { rows: 127, inputs: 16, variant: teams(4) },
  { rows: 128, inputs: 16, channels: 1, variant: teams(4) },
  { rows: 129, inputs: 16, variant: teams(4) },
  { rows: 70, inputs: 48, activation: 'leaky_relu', variant: teams(8) },
  { rows: 33, inputs: 256, variant: teams(16) },
  { rows: 9, inputs: 1040, variant: teams(128) },
  { rows: 512 * 128 + 5, inputs: 16, variant: teams(4) },
  { rows: 200, inputs: 48, variant: ROWS, scalar: 'f16', lossScale: 1024 },
  { rows: 200, inputs: 48, variant: teams(8), scalar: 'f16', lossScale: 1024 },
];

// Compilers of software adapters take a second over a kernel with barriers, so few are made.
const VALUES: OutputCase[] = [
  { rows: 63, inputs: 48, channels: 1, variant: ROWS },
  { rows: 65606, inputs: 16, variant: ROWS },
  { rows: 129, inputs: 16, variant: teams(4) },
  { rows: 70, inputs: 16, channels: 1, variant: teams(4) },
  { rows: 200, inputs: 48, variant: ROWS, scalar: 'f16' },
];

/** Losses, gradients and values against the twin of this room, an overflow that is told, the same bits twice. */
export const outputCases: KernelCase[] = [
  ...CASES.map((one) => caseOf('loss and gradients', one, compare)),
  ...VALUES.map((one) => caseOf('values', one, compareValues)),
  ...[ROWS, teams(4)].map((variant) => caseOf('tells of an overflow', { rows: 70, inputs: 16, variant }, overflows)),
  ...[ROWS, teams(4)].map((variant) => caseOf('same bits again', { rows: 700, inputs: 16, variant }, repeats)),
];

function caseOf(what: string, one: OutputCase, run: (gpu: Gpu, one: OutputCase) => Promise<void>): KernelCase {
  const { rows, inputs, channels = 2, scalar = 'f32', variant } = one;
  const by = variant.kind === 'rows' ? 'by rows' : `${variant.lanes} lanes`;
  return {
    name: `${what}: ${rows} × ${inputs}, ${channels} channels, ${scalar}, ${by}`,
    ...(scalar === 'f16' && { needs: 'half' as const }),
    run: (gpu) => run(gpu, one),
  };
}

function shapeOf({ inputs, channels = 2, activation = 'relu', scalar = 'f32' }: OutputCase): OutputShape {
  return { label: 'output', inputs, channels, scalar, activation };
}

/** Random numbers; the left ones as the storage holds them, a share of them zero as relu leaves it. */
function numbersOf({ rows, inputs, channels = 2, activation, scalar }: OutputCase): OutputNumbers & {
  left: Float32Array<ArrayBuffer>;
  weights: Float32Array<ArrayBuffer>;
  bias: Float32Array<ArrayBuffer>;
  targets: Float32Array<ArrayBuffer>;
  transfer: Float32Array<ArrayBuffer>;
} {
  const drawn = randomNumbers(1, rows * inputs);
  const kept = drawn.map((value) => (value > 0 ? value : activation === 'leaky_relu' ? 0.01 * value : 0));
  return {
    left: scalar === 'f16' ? Float32Array.from(halfFloats(kept).values) : kept,
    weights: randomNumbers(2, channels * inputs),
    bias: randomNumbers(3, channels),
    targets: randomNumbers(4, rows * channels),
    transfer: randomNumbers(5, rows),
  };
}

interface Run {
  squares: number;
  gradient: Float32Array;
  weights: Float32Array;
  bias: Float32Array;
  overflow: boolean;
}

/** The kernel on `numbers`: the rows in the chunks given, each with buffers of its own as the first rows of a batch. */
async function onDevice(
  gpu: Gpu,
  one: OutputCase,
  numbers: ReturnType<typeof numbersOf>,
  weight: number,
  cut: number = one.rows,
): Promise<Run> {
  const shape = shapeOf(one);
  const { inputs, channels, scalar } = shape;
  const { rows, variant, lossScale } = one;
  const arena = gpu.arena('output');
  const shared = {
    weights: arena.upload('weights', numbers.weights),
    bias: arena.upload('bias', numbers.bias),
    targets: arena.upload('targets', numbers.targets),
    transfer: arena.upload('transfer', numbers.transfer),
    weightsInto: arena.floats('weight gradient', channels * inputs),
    biasInto: arena.floats('bias gradient', channels),
    losses: arena.floats('losses', LOSS_SUMS),
    scratch: arena.floats('scratch', outputScratch(gpu, shape, rows, variant)),
    scale: lossScale ? adamState(arena, { steps: 0, lossScale }) : null,
  };
  for (const view of [shared.weightsInto, shared.biasInto, shared.scratch]) poison(gpu, view);
  gpu.write(shared.losses, Float32Array.of(1));
  const gradient = new Float32Array(rows * inputs);
  for (const [first, end] of [
    [0, cut],
    [cut, rows],
  ]) {
    if (first === end) continue;
    const left = arena.upload('left', stored(numbers.left.slice(first * inputs, end * inputs), scalar));
    const into = arena.buffer('gradient', (end - first) * inputs * bytesOf(scalar));
    poison(gpu, into);
    const chunk = { rows: end - first, firstRow: first, accumulate: first > 0, weight };
    gpu.submit(await makeOutput({ gpu, arena }, shape, { ...shared, left, gradient: into }, chunk, variant));
    gradient.set((await read(gpu, into, scalar)).subarray(0, (end - first) * inputs), first * inputs);
  }
  const run = {
    gradient,
    squares: (await gpu.readFloats(shared.losses))[0] - 1,
    weights: (await gpu.readFloats(shared.weightsInto)).slice(0, channels * inputs),
    bias: (await gpu.readFloats(shared.biasInto)).slice(0, channels),
    overflow: shared.scale !== null && (await readAdamState(gpu, shared.scale)).overflow,
  };
  arena.destroy();
  return run;
}

function stored(values: Float32Array<ArrayBuffer>, scalar: OutputShape['scalar']): ArrayBufferView {
  return scalar === 'f16' ? halfFloats(values).bits : values;
}

async function read(gpu: Gpu, view: BufferView, scalar: OutputShape['scalar']): Promise<Float32Array> {
  const bytes = await gpu.read(view);
  return scalar === 'f16' ? fromHalfFloats(new Uint16Array(bytes)) : new Float32Array(bytes);
}

async function compare(gpu: Gpu, one: OutputCase): Promise<void> {
  const numbers = numbersOf(one);
  const { rows, lossScale = 1, scalar } = one;
  const weight = 1 / rows;
  const wanted = outputOnCpu(shapeOf(one), numbers, rows, weight);
  // In two chunks where there is something to cut: the second adds.
  const got = await onDevice(gpu, one, numbers, weight, rows > 100 ? Math.floor(rows / 3) : rows);
  const scaled = wanted.gradient.map((value) => value * lossScale);
  expectClose('gradient', got.gradient, scaled, scalar === 'f16' ? 4e-3 : 1e-5);
  expectClose('weights', got.weights, wanted.weights, 2e-5);
  expectClose('bias', got.bias, wanted.bias, 2e-5);
  expectClose('squares', [got.squares], [wanted.squares], 2e-5);
  if (got.overflow) throw new Error('an overflow that was not');
}

async function compareValues(gpu: Gpu, one: OutputCase): Promise<void> {
  const shape = shapeOf(one);
  const numbers = numbersOf(one);
  const { rows, variant } = one;
  const arena = gpu.arena('values');
  const values = arena.floats('values', rows * shape.channels);
  poison(gpu, values);
  const left = arena.upload('left', stored(numbers.left, shape.scalar));
  const views = { left, weights: arena.upload('weights', numbers.weights), bias: arena.upload('bias', numbers.bias) };
  gpu.submit(await makeValues({ gpu, arena }, shape, { ...views, values }, { rows }, variant));
  const got = (await gpu.readFloats(values)).subarray(0, rows * shape.channels);
  arena.destroy();
  expectClose('values', got, valuesOnCpu(shape, numbers, rows));
}

async function overflows(gpu: Gpu, one: OutputCase): Promise<void> {
  const numbers = numbersOf(one);
  numbers.targets[17] = 3e38;
  const { overflow } = await onDevice(gpu, { ...one, lossScale: 4096 }, numbers, 1);
  if (!overflow) throw new Error('an overflow was not told');
}

async function repeats(gpu: Gpu, one: OutputCase): Promise<void> {
  const numbers = numbersOf(one);
  const first = await onDevice(gpu, one, numbers, 0.01);
  const second = await onDevice(gpu, one, numbers, 0.01);
  expectClose('weights again', second.weights, first.weights, 0);
  expectClose('squares again', [second.squares], [first.squares], 0);
}
