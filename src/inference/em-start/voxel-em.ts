// Expectation–maximisation on a voxel grid (Scheres 2012; stochastic batches as Punjani 2017): the posterior over volumes,
// rotations and shifts of each image of a batch, then the maps that fit best with those weights.
import { cubeFromMap, cubeShape, mapFromCube, type CubeShape } from '../../backprojection/fourier-volume.ts';
import { FourierSums } from '../../backprojection/insertion.ts';
import { pointsWithin } from '../../engine/scoring/points.ts';
import type { Expectation, FourierCube, PoseScorer, SearchImages } from '../../engine/scoring/scorer.ts';
import type { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import { turnGrid } from '../../geometry/rotation-grid.ts';
import { warpedAlike } from '../pose-search/comparison.ts';
import { alikeIn, chosenImages, imagePowers } from '../pose-search/search-images.ts';
import { confine, randomBlob, softSphere } from './initial-map.ts';

/** Added to the weights, as a share of their mean. */
const REGULARISATION = 0.1;
/** Amplitude of the first maps relative to the images: weak, so that they decide little. */
const FIRST_AMPLITUDE = 0.3;

/** Relative change of each coefficient where one map is split. */
const SPLIT_NOISE = 0.3;

export interface StepOptions {
  /** Fourier pixels. */
  band: number;
  /** Times the measured noise. */
  heat: number;
  /** Share of the sums before that is kept. */
  momentum: number;
}

export interface StepResult extends Pick<
  Expectation,
  'bestRotation' | 'bestTranslation' | 'logEvidence' | 'effectivePoses'
> {
  /** Mean squared residual a complex coefficient. */
  residual: number;
  points: number;
}

/** The posterior of images that share their slices, at rotations with their warp in them. */
interface PartSums extends Pick<Expectation, 'numerator' | 'denominator'> {
  rotations: Float32Array;
}

interface Looked extends StepResult {
  parts: PartSums[];
}

export class VoxelEm {
  maps: Float32Array[];
  /** R×9, those of the last turn. */
  rotations: Float32Array;
  private sums: FourierSums[] = [];
  private residual: number | null = null;
  private readonly mask: Float32Array;
  private readonly shape: CubeShape;

  constructor(
    private readonly scorer: PoseScorer,
    /** Side of the maps: even, more than twice the largest band limit. */
    readonly boxPixels: number,
    private readonly grid: Float32Array,
    private readonly translations: Float32Array,
    random: Random,
  ) {
    this.rotations = grid;
    this.mask = softSphere(boxPixels);
    this.shape = cubeShape(boxPixels, 2, boxPixels / 2);
    this.maps = [confine(randomBlob(boxPixels, random), this.mask)];
  }

  /** The grid at a new random orientation: no step's gaps are the next one's, and maps do not settle between its points. */
  turn(random: Random): void {
    this.rotations = turnGrid(this.grid, randomRotations(random, 1));
  }

  /** One map becomes several that differ by chance: from then on images choose between them. */
  split(classes: number, random: Random): void {
    const [map] = this.maps;
    this.maps = Array.from({ length: classes }, () => this.nearly(map, random));
    this.sums = [];
  }

  /** Mean squared residual a coefficient of the last step; null before the first. */
  get noise(): number | null {
    return this.residual;
  }

  /** From other maps than its own, at a noise that was measured with them. */
  goOnWith(maps: readonly Float32Array[], noise: number | null): void {
    this.maps = [...maps];
    this.residual = noise;
    this.sums = [];
  }

  /** The map changed by chance. */
  nearly(map: Float32Array, random: Random): Float32Array {
    const cube = cubeFromMap(map, this.boxPixels, this.shape);
    // Added to the map, not to its cube: there and back the window would be divided out twice, in all classes alike.
    const values = cube.values.map((value) => value * SPLIT_NOISE * random.normal());
    const change = mapFromCube(hermitian({ ...cube, values }), this.boxPixels);
    return confine(
      map.map((value, i) => value + change[i]),
      this.mask,
    );
  }

  cubes(): FourierCube[] {
    return this.maps.map((map) => cubeFromMap(map, this.boxPixels, this.shape));
  }

  async step(images: SearchImages, { band, heat, momentum }: StepOptions): Promise<StepResult> {
    const points = pointsWithin(this.scorer.points, band);
    if (this.residual === null) this.scaleFirst(images, points, powerOf(images, this.scorer.points.count, points));
    const found = await this.expect(images, points, heat);
    this.residual = found.residual;
    this.maximise(found.parts, points, momentum);
    return found;
  }

  /** The posterior of images under the maps as they are, which stay. */
  look(images: SearchImages, { band, heat }: Pick<StepOptions, 'band' | 'heat'>): Promise<StepResult> {
    return this.expect(images, pointsWithin(this.scorer.points, band), heat);
  }

  private async expect(images: SearchImages, points: number, heat: number): Promise<Looked> {
    const { scorer, translations } = this;
    const power = powerOf(images, scorer.points.count, points);
    const values = images.count * points;
    const variance = heat * (this.residual ?? power / values);
    await scorer.setVolumes(this.cubes());
    const classes = alikeIn(images);
    const looked: Looked = {
      ...{ bestRotation: new Uint32Array(images.count), bestTranslation: new Uint16Array(images.count) },
      ...{ logEvidence: new Float32Array(images.count), effectivePoses: new Float32Array(images.count) },
      ...{ residual: 0, points, parts: [] },
    };
    let errors = 0;
    for (const rows of classes) {
      const alike = classes.length > 1 ? chosenImages(images, scorer.points.count, rows) : images;
      const rotations = warpedAlike(this.rotations, alike);
      await scorer.setImages(alike);
      const found = await scorer.expect({ rotations, translations, points, variance });
      const { numerator, denominator, expectedError } = found;
      looked.parts.push({ rotations, numerator, denominator });
      errors += expectedError.reduce((a, b) => a + b, 0);
      for (const field of ['bestRotation', 'bestTranslation', 'logEvidence', 'effectivePoses'] as const)
        rows.forEach((row, i) => (looked[field][row] = found[field][i]));
    }
    looked.residual = (power + errors) / values;
    return looked;
  }

  private maximise(parts: readonly PartSums[], points: number, momentum: number): void {
    const perVolume = this.rotations.length / 9;
    if (this.sums.length === 0) this.sums = this.maps.map(() => new FourierSums(this.shape));
    this.sums.forEach((sums, v) => {
      sums.fade(momentum);
      for (const { rotations, numerator, denominator } of parts)
        for (let r = 0; r < perVolume; r++) {
          const row = v * perVolume + r;
          const at = row * points;
          sums.add(this.scorer.points, points, {
            rotation: rotations,
            rotationAt: 9 * r,
            values: numerator,
            valuesAt: 2 * at,
            weights: denominator,
            weightsAt: at,
          });
        }
    });
    this.maps = this.sums.map((sums) => confine(mapFromCube(sums.quotient(REGULARISATION), this.boxPixels), this.mask));
  }

  /** The first maps as strong as FIRST_AMPLITUDE of what the images hold. */
  private scaleFirst(images: SearchImages, points: number, power: number): void {
    const { count: all, x, y } = this.scorer.points;
    let ctfPower = images.count * points;
    if (images.ctf) {
      ctfPower = 0;
      for (let b = 0; b < images.count; b++) for (let p = 0; p < points; p++) ctfPower += images.ctf[b * all + p] ** 2;
    }
    const [cube] = this.cubes();
    const side = 2 * cube.reach + 1;
    let slicePower = 0;
    for (let p = 0; p < points; p++) {
      const column = 2 * x[p] + cube.reach;
      const at = 2 * ((cube.reach * side + 2 * y[p] + cube.reach) * side + column);
      slicePower += (cube.values[at] ** 2 + cube.values[at + 1] ** 2) / points;
    }
    const scale = FIRST_AMPLITUDE * Math.sqrt(power / (slicePower * ctfPower));
    for (const map of this.maps) for (let i = 0; i < map.length; i++) map[i] *= scale;
  }
}

/** Σ|y|² of all images over the first `within` points. */
function powerOf(images: SearchImages, points: number, within: number): number {
  return imagePowers(images, points, within).reduce((a, b) => a + b, 0);
}

/** The nearest coefficients of a real map: F(−k) = F(k)*. */
function hermitian(cube: FourierCube): FourierCube {
  const { values } = cube;
  const last = values.length / 2 - 1;
  const joined = new Float32Array(values.length);
  for (let i = 0; i <= last; i++) {
    joined[2 * i] = 0.5 * (values[2 * i] + values[2 * (last - i)]);
    joined[2 * i + 1] = 0.5 * (values[2 * i + 1] - values[2 * (last - i) + 1]);
  }
  return { ...cube, values: joined };
}
