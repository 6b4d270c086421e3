// A linear model's maps, V(z) = μ + Σ_a z_a W_a, on the CPU: the same under every maker, since a map is a sum of q + 1 maps. Its
// weights are `mean` [D, D, D], `components` [q, D, D, D] and `mask` [D, D, D] in real space, `noise` [groups, rings] and
// `power` [rings], from ring 0 to the band limit; it is fitted (inference/linear), not trained by steps.
import { throwIfCancelled, VitrineError } from '../../base/errors.ts';
import { nextTask } from '../../base/event-loop.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { cubeOfMap } from '../factors/half-cube-transform.ts';
import { makeHalfCube, type HalfCube } from '../factors/half-cube.ts';
import { FactorTwin } from '../factors/twin.ts';
import type {
  DecodedVolume,
  EncodedBatch,
  FieldModel,
  FieldShape,
  Latents,
  LinearField,
  LongCall,
  Losses,
  ModelState,
  OptimizerState,
  Weights,
} from '../engine.ts';
import { parameter } from '../parameters.ts';
import { croppedMap } from './cropped-map.ts';
import { LinearEncoder, type MakeSums } from './encoder.ts';
import { coefficientsAt } from './half-cube-values.ts';

/** Steps a Fourier pixel of the cube that coefficients are read from. */
const OVERSAMPLING = 2;
/** Of reading eight neighbours. */
const OPERATIONS_PER_POINT = 40;

const refusal = (what: string) =>
  new VitrineError('usage', `A linear model is fitted as a whole: ${what}.`, { advice: 'Use vitrine linear.' });

class LinearModel implements FieldModel {
  readonly spec: FieldShape;
  readonly points: number;
  readonly operationsPerPoint = OPERATIONS_PER_POINT;
  private readonly weights: Weights;
  private readonly encoder: LinearEncoder;
  /** μ, W_1 … W_q. */
  private readonly maps: Float32Array[];
  /** The same at the box that was last asked for. */
  private cropped: { boxPixels: number; maps: Float32Array[] } | null = null;
  /** Of the map whose coefficients were last asked for. */
  private cube: { z: Float32Array | null; grid: HalfCube; values: Float32Array } | null = null;

  constructor(
    private readonly field: LinearField,
    { weights }: ModelState,
    makeSums: MakeSums,
    private readonly onDispose: (model: LinearModel) => void,
  ) {
    const { boxPixels, components } = field;
    const box = [boxPixels, boxPixels, boxPixels];
    const mean = parameter(weights, 'mean', box);
    const all = parameter(weights, 'components', [components, ...box]);
    const voxels = boxPixels ** 3;
    this.spec = { boxPixels, zDim: components, domain: 'fourier' };
    this.points = makeLattice(boxPixels).points;
    this.weights = weights;
    this.maps = [mean, ...Array.from({ length: components }, (_, a) => all.subarray(a * voxels, (a + 1) * voxels))];
    this.encoder = new LinearEncoder(field, weights, this.maps, makeSums);
  }

  trainStep(): Promise<void> {
    return Promise.reject(refusal('it takes no training steps'));
  }

  takeLosses(): Promise<Losses> {
    return Promise.reject(refusal('it has no losses'));
  }

  exportOptimizer(): Promise<OptimizerState> {
    return Promise.reject(refusal('it has no optimizer'));
  }

  encode(batch: EncodedBatch): Promise<Latents> {
    return this.encoder.encode(batch);
  }

  /** Domain 'fourier', at any coordinates; 0 beyond |k| = ½. `z` null is the mean map. */
  evaluate(coordinates: Float32Array, z: Float32Array | null): Promise<Float32Array> {
    const { grid, values } = this.cubeAt(z);
    return Promise.resolve(coefficientsAt(values, grid, coordinates));
  }

  async volume(
    z: Float32Array | null,
    boxPixels: number,
    standardDeviation: number,
    options: LongCall = {},
  ): Promise<DecodedVolume> {
    const maps = await this.mapsAt(boxPixels, options);
    return { values: summed(maps, z, standardDeviation), statistics: null };
  }

  exportWeights(): Promise<Weights> {
    return Promise.resolve(new Map(this.weights));
  }

  memoryBytes(): number {
    const arrays = [...this.weights.values()].map(({ data }) => data);
    if (this.cropped && this.cropped.maps !== this.maps) arrays.push(...this.cropped.maps);
    if (this.cube) arrays.push(this.cube.values);
    return arrays.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  dispose(): void {
    this.cropped = null;
    this.cube = null;
    this.encoder.dispose();
    this.onDispose(this);
  }

  private async mapsAt(boxPixels: number, { signal, onProgress, turn }: LongCall): Promise<Float32Array[]> {
    throwIfCancelled(signal);
    if (boxPixels === this.field.boxPixels) return this.maps;
    if (this.cropped?.boxPixels === boxPixels) return this.cropped.maps;
    const maps: Float32Array[] = [];
    for (const map of this.maps) {
      maps.push(croppedMap(map, this.field.boxPixels, boxPixels));
      onProgress?.(maps.length / this.maps.length);
      // A worker hears of a cancel between two tasks.
      await nextTask();
      await turn?.();
      throwIfCancelled(signal);
    }
    this.cropped = { boxPixels, maps };
    return maps;
  }

  private cubeAt(z: Float32Array | null): { grid: HalfCube; values: Float32Array } {
    const { cube } = this;
    const same = cube && (cube.z === null ? z === null : z !== null && cube.z.every((value, a) => value === z[a]));
    if (same) return cube;
    const { boxPixels } = this.field;
    const grid = makeHalfCube(boxPixels, boxPixels / 2, OVERSAMPLING);
    this.cube = { z: z && z.slice(), grid, values: cubeOfMap(summed(this.maps, z, 1), grid) };
    return this.cube;
  }
}

/** (μ + Σ z_a W_a)·scale. */
function summed([mean, ...components]: readonly Float32Array[], z: Float32Array | null, scale: number): Float32Array {
  const sum = mean.map((value) => scale * value);
  components.forEach((component, a) => {
    const factor = scale * (z?.[a] ?? 0);
    if (factor !== 0) for (let i = 0; i < sum.length; i++) sum[i] += factor * component[i];
  });
  return sum;
}

/** What a model takes of its engine: the others there, and its factor sums where it makes them. */
export interface LinearPlace {
  models: Set<FieldModel>;
  makeSums?: MakeSums;
}

/** A model kept among those of its engine until it is disposed. Error 'checkpoint-syntax'. */
export function openLinearModel(
  field: LinearField,
  state: ModelState,
  { models, makeSums = (request) => Promise.resolve(new FactorTwin(request)) }: LinearPlace,
): FieldModel {
  const model = new LinearModel(field, state, makeSums, (disposed) => void models.delete(disposed));
  models.add(model);
  return model;
}
