// Models whose maps are sums of maps, on the CPU: the same under every maker. A linear model's, V(z) = μ + Σ_a z_a W_a, are `mean` [D, D, D]
// and `components` [q, D, D, D]; a chain's, V(s) = Σ_b φ_b(s) U_b, are `terms` [B, D, D, D]. Beside them `mask` [D, D, D], all in real space,
// `noise` [groups, rings] and `power` [rings], from ring 0 to the band limit. They are fitted (inference/linear), not trained by steps.
import { throwIfCancelled, VitrineError } from '../../base/errors.ts';
import { nextTask } from '../../base/event-loop.ts';
import { makeLattice } from '../../imaging/lattice.ts';
import { cubeOfMap } from '../factors/half-cube-transform.ts';
import { makeHalfCube, type HalfCube } from '../factors/half-cube.ts';
import { FactorTwin } from '../factors/twin.ts';
import type {
  DecodedVolume,
  EncodedBatch,
  EngineField,
  FieldModel,
  FieldShape,
  Latents,
  LongCall,
  Losses,
  ModelState,
  OptimizerState,
  Weights,
} from '../engine.ts';
import { combinationOf, type MapCombination, type MapsField } from './combination.ts';
import { croppedMap } from './cropped-map.ts';
import { MapsEncoder, type MakeSums } from './encoder.ts';
import { coefficientsAt } from './half-cube-values.ts';

/** Steps a Fourier pixel of the cube that coefficients are read from. */
const OVERSAMPLING = 2;
/** Of reading eight neighbours. */
const OPERATIONS_PER_POINT = 40;

const refusal = (what: string) =>
  new VitrineError('usage', `This model is fitted as a whole: ${what}.`, { advice: 'Use vitrine linear.' });

class MapsModel implements FieldModel {
  readonly spec: FieldShape;
  readonly points: number;
  readonly operationsPerPoint = OPERATIONS_PER_POINT;
  private readonly weights: Weights;
  private readonly encoder: MapsEncoder;
  private readonly combination: MapCombination;
  /** The same at the box that was last asked for. */
  private cropped: { boxPixels: number; maps: Float32Array[] } | null = null;
  /** Of the map whose coefficients were last asked for. */
  private cube: { z: Float32Array | null; grid: HalfCube; values: Float32Array } | null = null;

  constructor(
    private readonly field: MapsField,
    { weights }: ModelState,
    makeSums: MakeSums,
    private readonly onDispose: (model: MapsModel) => void,
  ) {
    const { boxPixels } = field;
    this.combination = combinationOf(field, weights);
    this.spec = { boxPixels, zDim: this.combination.latentDimension, domain: 'fourier' };
    this.points = makeLattice(boxPixels).points;
    this.weights = weights;
    this.encoder = new MapsEncoder(boxPixels, weights, this.combination, makeSums);
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

  /** Domain 'fourier', at any coordinates; 0 beyond |k| = ½. `z` null is the middle of the latents. */
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
    const factors = this.combination.factorsAt(z);
    return { values: summed(maps, factors, standardDeviation), statistics: null };
  }

  exportWeights(): Promise<Weights> {
    return Promise.resolve(new Map(this.weights));
  }

  memoryBytes(): number {
    const arrays = [...this.weights.values()].map(({ data }) => data);
    if (this.cropped && this.cropped.maps !== this.combination.maps) arrays.push(...this.cropped.maps);
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
    const { maps: whole } = this.combination;
    if (boxPixels === this.field.boxPixels) return whole;
    if (this.cropped?.boxPixels === boxPixels) return this.cropped.maps;
    const maps: Float32Array[] = [];
    for (const map of whole) {
      maps.push(croppedMap(map, this.field.boxPixels, boxPixels));
      onProgress?.(maps.length / whole.length);
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
    const map = summed(this.combination.maps, this.combination.factorsAt(z), 1);
    this.cube = { z: z && z.slice(), grid, values: cubeOfMap(map, grid) };
    return this.cube;
  }
}

/** scale · Σ w_f V_f. */
function summed([first, ...others]: readonly Float32Array[], factors: ArrayLike<number>, scale: number): Float32Array {
  const ofFirst = scale * factors[0];
  const sum = first.map((value) => ofFirst * value);
  others.forEach((map, f) => {
    const factor = scale * factors[f + 1];
    if (factor !== 0) for (let i = 0; i < sum.length; i++) sum[i] += factor * map[i];
  });
  return sum;
}

/** Whether a field's maps are sums of maps. */
export function isOfMaps(field: EngineField): field is MapsField {
  return field.kind === 'linear' || field.kind === 'chain';
}

/** What a model takes of its engine: the others there, and its factor sums where it makes them. */
export interface MapsPlace {
  models: Set<FieldModel>;
  makeSums?: MakeSums;
}

/** A model kept among those of its engine until it is disposed. Error 'checkpoint-syntax'. */
export function openMapsModel(
  field: MapsField,
  state: ModelState,
  { models, makeSums = (request) => Promise.resolve(new FactorTwin(request)) }: MapsPlace,
): FieldModel {
  const model = new MapsModel(field, state, makeSums, (disposed) => void models.delete(disposed));
  models.add(model);
  return model;
}
