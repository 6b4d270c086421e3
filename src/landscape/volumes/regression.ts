// From latents to volume components, learned of the maps that were decoded: a linear fit, and a perceptron that learns what it leaves over.
// 3 parts learn, 1 is held out and tells how right it is; learning stops where the held-out loss is least.
import { Matrix, solve } from 'ml-matrix';
import { type LongWork, Yielder } from '../../base/long-work.ts';
import { VitrineError } from '../../base/errors.ts';
import { Random } from '../../geometry/random.ts';
import { Adam, forward, gradients, newLayers, type Layer } from './perceptron.ts';

/** Latents of n maps and their volume components. */
export interface RegressionTable {
  /** n×zDim. */
  z: Float32Array;
  zDim: number;
  /** n×K. */
  scores: Float64Array;
  components: number;
}

/** How it is learned. */
export interface RegressionOptions extends LongWork {
  seed: number;
  epochs?: number;
  batch?: number;
  hidden?: number;
  learningRate?: number;
}

/** Volume components at any latents. */
export interface Regression {
  /** count×zDim to count×K. */
  predict(z: Float32Array): Float32Array;
  /** K: share of the held-out maps' variance that is told right; below 0 where the mean would be nearer. */
  heldOutR2: Float32Array;
  learnedFrom: number;
}

const EPOCHS = 50;
const BATCH = 64;
const HIDDEN = 64;
const LEARNING_RATE = 1e-3;
/** Few maps make few steps an epoch: epochs go on to as many steps. */
const LEAST_STEPS = 4000;
/** Epochs without a better held-out loss after which it has learned enough. */
const PATIENCE = 15;
const RIDGE = 1e-6;
const LEAST_MAPS = 8;
const ROWS_AT_ONCE = 4096;

/** Errors: 'value-out-of-range' for fewer than 8 maps, 'cancelled'. */
export async function regressionOf(table: RegressionTable, options: RegressionOptions): Promise<Regression> {
  const { zDim, components } = table;
  const count = table.scores.length / components;
  if (count < LEAST_MAPS)
    throw new VitrineError('value-out-of-range', `${count} maps are too few to learn volume components from.`, {
      expected: `${LEAST_MAPS} or more`,
      advice: 'Decode more maps.',
    });
  const order = new Random(options.seed, 3).permutation(count);
  const learned = Math.round(0.75 * count);
  const scaling = scalingOf(table, order.subarray(0, learned));
  const all = { inputs: scaling.inputs(table.z), targets: scaling.targets(table.scores) };
  const linear = linearFit(all, { zDim, components }, order.subarray(0, learned));
  const rest = all.targets.slice();
  addLinear(linear, all.inputs, { zDim, components }, rest, -1);
  const [training, held] = [order.subarray(0, learned), order.subarray(learned)].map((rows) => ({
    inputs: pick(all.inputs, zDim, rows),
    targets: pick(rest, components, rows),
  }));
  const hidden = options.hidden ?? HIDDEN;
  const layers = newLayers([zDim, hidden, hidden, components], options.seed);
  // What the linear fit leaves is where learning begins.
  layers[2].weights.fill(0);
  await learn(layers, training, held, options);

  const normalised = (inputs: Float64Array): Float64Array => {
    const rows = inputs.length / zDim;
    const out = forward(layers, inputs, rows)[3];
    addLinear(linear, inputs, { zDim, components }, out, 1);
    return out;
  };
  const told = normalised(held.inputs);
  const truth = pick(all.targets, components, order.subarray(learned));
  return {
    predict: (z) => {
      const rows = z.length / zDim;
      const out = new Float32Array(rows * components);
      for (let from = 0; from < rows; from += ROWS_AT_ONCE) {
        const some = z.subarray(from * zDim, (from + ROWS_AT_ONCE) * zDim);
        out.set(scaling.scores(normalised(scaling.inputs(some))), from * components);
      }
      return out;
    },
    heldOutR2: Float32Array.from({ length: components }, (_, k) => shareTold(told, truth, components, k)),
    learnedFrom: learned,
  };
}

interface Rows {
  inputs: Float64Array;
  targets: Float64Array;
}

/** Keeps the layers of the least held-out loss. */
async function learn(layers: Layer[], training: Rows, held: Rows, options: RegressionOptions): Promise<void> {
  const [zDim, components] = [layers[0].inputs, layers[layers.length - 1].outputs];
  const count = training.inputs.length / zDim;
  const batch = Math.min(options.batch ?? BATCH, count);
  const steps = Math.max(1, Math.floor(count / batch));
  const epochs = Math.max(options.epochs ?? EPOCHS, options.epochs === undefined ? Math.ceil(LEAST_STEPS / steps) : 0);
  const adam = new Adam(layers, options.learningRate ?? LEARNING_RATE);
  const random = new Random(options.seed, 4);
  const yielder = new Yielder(options);
  const heldRows = held.inputs.length / zDim;
  const lossOf = (): number => {
    const out = forward(layers, held.inputs, heldRows)[layers.length];
    return out.reduce((sum, value, at) => sum + (value - held.targets[at]) ** 2, 0);
  };
  let best = { loss: lossOf(), epoch: 0, layers: copyOf(layers) };
  for (let epoch = 1; epoch <= epochs && epoch - best.epoch <= PATIENCE; epoch++) {
    const order = random.permutation(count);
    for (let step = 0; step < steps; step++) {
      const rows = order.subarray(step * batch, (step + 1) * batch);
      const inputs = pick(training.inputs, zDim, rows);
      adam.step(gradients(layers, inputs, pick(training.targets, components, rows), batch).layers);
      if (yielder.due())
        await yielder.yieldToEvents((epoch - 1) / epochs, `Learning volume components, epoch ${epoch}`);
    }
    const loss = lossOf();
    if (loss < best.loss) best = { loss, epoch, layers: copyOf(layers) };
  }
  layers.forEach(({ weights, biases }, l) => {
    weights.set(best.layers[l].weights);
    biases.set(best.layers[l].biases);
  });
}

const copyOf = (layers: readonly Layer[]): Layer[] =>
  layers.map((layer) => ({ ...layer, weights: layer.weights.slice(), biases: layer.biases.slice() }));

function pick(values: Float64Array, width: number, rows: Uint32Array): Float64Array {
  const out = new Float64Array(rows.length * width);
  rows.forEach((row, i) => out.set(values.subarray(row * width, (row + 1) * width), i * width));
  return out;
}

/** To mean 0 and variance 1 by the rows that learn; all components by one factor, so that the loss weighs them by their variance. */
function scalingOf({ z, zDim, scores, components }: RegressionTable, rows: Uint32Array) {
  const moments = (values: ArrayLike<number>, width: number, d: number): [number, number] => {
    let [sum, squares] = [0, 0];
    for (const row of rows) sum += values[row * width + d] / rows.length;
    for (const row of rows) squares += (values[row * width + d] - sum) ** 2 / rows.length;
    return [sum, Math.sqrt(squares) || 1];
  };
  const ofZ = Array.from({ length: zDim }, (_, d) => moments(z, zDim, d));
  const ofScores = Array.from({ length: components }, (_, k) => moments(scores, components, k));
  const factor = Math.max(...ofScores.map(([, deviation]) => deviation));
  return {
    inputs: (values: Float32Array) =>
      Float64Array.from(values, (value, at) => (value - ofZ[at % zDim][0]) / ofZ[at % zDim][1]),
    targets: (values: Float64Array) => values.map((value, at) => (value - ofScores[at % components][0]) / factor),
    scores: (values: Float64Array) =>
      Float32Array.from(values, (value, at) => value * factor + ofScores[at % components][0]),
  };
}

interface Shape {
  zDim: number;
  components: number;
}

/** zDim×K by least squares; inputs and targets have mean 0. */
function linearFit({ inputs, targets }: Rows, { zDim, components }: Shape, rows: Uint32Array): Float64Array {
  const products = new Matrix(zDim, zDim);
  const sides = new Matrix(zDim, components);
  for (const row of rows)
    for (let a = 0; a < zDim; a++) {
      const value = inputs[row * zDim + a];
      for (let b = 0; b < zDim; b++) products.set(a, b, products.get(a, b) + value * inputs[row * zDim + b]);
      for (let k = 0; k < components; k++) sides.set(a, k, sides.get(a, k) + value * targets[row * components + k]);
    }
  for (let a = 0; a < zDim; a++) products.set(a, a, products.get(a, a) + RIDGE * rows.length);
  return Float64Array.from(solve(products, sides).to1DArray());
}

function addLinear(
  fit: Float64Array,
  inputs: Float64Array,
  { zDim, components }: Shape,
  to: Float64Array,
  sign: number,
) {
  const rows = inputs.length / zDim;
  for (let r = 0; r < rows; r++)
    for (let a = 0; a < zDim; a++) {
      const value = sign * inputs[r * zDim + a];
      for (let k = 0; k < components; k++) to[r * components + k] += value * fit[a * components + k];
    }
}

function shareTold(told: Float64Array, truth: Float64Array, components: number, k: number): number {
  const rows = truth.length / components;
  let [mean, left, variance] = [0, 0, 0];
  for (let r = 0; r < rows; r++) mean += truth[r * components + k] / rows;
  for (let r = 0; r < rows; r++) {
    left += (told[r * components + k] - truth[r * components + k]) ** 2;
    variance += (truth[r * components + k] - mean) ** 2;
  }
  return variance > 0 ? 1 - left / variance : 1;
}
