// Maps of what a mean model leaves of the images around latents, for each half of the images and each width of the weights:
//   R_h = [Σ_i k_h(d_i) γ (A_i*(w c y) − Σ_b a_ib A_i*(w c²) U_b)] / [Σ_i k_h(d_i) γ² A_i*(w c²) + 1/8τ],
// a_i the coefficients that explain image i best.
// Images are added once to the sums of their bin, bins are mixed afterwards: Σ k_h X = Σ_bins X − (1/h) Σ_bins d X, so that two sums
// run over the bins from near to far and any number of images takes the same memory.
import type { Engine } from '../../engine/engine.ts';
import type { FactorSums, GridSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { cubeOfMap, foldPlane, mapOfCube } from '../../engine/factors/half-cube-transform.ts';
import { triangle } from '../../engine/factors/points.ts';
import { interpolationWindow } from '../../imaging/interpolation-window.ts';
import { openSums } from '../linear/em.ts';
import { imageStream, rowsOf } from '../linear/image-stream.ts';
import { priorDamping, type Damping } from '../linear/solve-grid.ts';
import type { Surroundings } from './bandwidths.ts';
import { halfOf, type MeanModel, type PassHooks, type RegressionData } from './mean-model.ts';

type Half = 'even' | 'odd';
const HALVES: readonly Half[] = ['even', 'odd'];

/** A residual map D³, real space, in the units of the prepared images, not masked. */
export type OnMap = (target: number, half: Half, width: number, map: Float32Array) => void;

/** Sums of one latent, half and bin. */
interface Place {
  target: number;
  half: Half;
  bin: number;
}

/** Of sums that are held at once; a set of sums that is larger by itself is held alone. */
const BUDGET_BYTES = 768 * 2 ** 20;

/** Bytes that sums take: vectors of four floats, real and imaginary parts, entries and the maps' coefficients. */
function bytesOfSums(factors: number, voxels: number): number {
  const vectors = (floats: number) => Math.ceil(floats / 4);
  return 16 * voxels * (vectors(2 * factors) + 2 * vectors(factors) + vectors(triangle(factors, 0)));
}

function atOnce(factors: number, voxels: number): number {
  return Math.max(1, Math.floor(BUDGET_BYTES / bytesOfSums(factors, voxels)));
}

/** Calls back with each map, widths of a half from narrow to wide. Errors: 'cancelled', 'out-of-memory'. */
export async function residualMaps(
  engine: Engine,
  data: RegressionData,
  model: MeanModel,
  surroundings: readonly Surroundings[],
  { onMap, ...hooks }: PassHooks & { onMap: OnMap },
): Promise<void> {
  const { boxPixels, count } = data.images;
  const settings = { mapPixels: boxPixels, bandPixels: boxPixels / 2 - 1 };
  const { terms } = data.basis;
  const open = () => openSums(engine, data, settings, terms);
  const held = [await open()];
  const { grid } = held[0];
  try {
    const places = surroundings.flatMap(({ widths }, target) =>
      HALVES.flatMap((half) => Array.from(widths, (_, bin): Place => ({ target, half, bin }))),
    );
    const most = Math.min(places.length, atOnce(terms, grid.voxels));
    while (held.length < most) held.push(await open());
    const mixer = new Mixer(model, surroundings, grid, onMap);
    const total = Math.ceil(places.length / most) * count;
    let done = 0;
    for (let from = 0; from < places.length; from += most) {
      const now = places.slice(from, from + most);
      const sums = now.map((_, i) => held[i].sums);
      for (const one of sums) {
        one.setPrecision(model.noise.map((value) => 1 / value));
        one.clear();
      }
      const { batchImages } = sums[0];
      for await (const batch of imageStream(data, { batchImages, signal: hooks.signal, onIdle: hooks.onIdle })) {
        for (const [i, { target, half, bin }] of now.entries()) {
          const { binOf } = surroundings[target];
          const wanted = (number: number) => binOf[number] === bin && halfOf(number) === half;
          const { part, rows } = rowsOf(batch.images, batch.numbers, wanted);
          if (rows.length > 0) await added(sums[i], part, rows, model);
        }
        done += batch.numbers.length;
        hooks.onImages?.(done, total);
      }
      for (const [i, place] of now.entries()) mixer.take(place, await sums[i].sums());
    }
  } finally {
    for (const { sums } of held) sums.dispose();
  }
}

/** Of the entries one that no residual needs: there the weights are summed. */
const WEIGHT = triangle(1, 1);

/** Adds images by what the first function's right side and the entries of the first column need. */
async function added(
  sums: FactorSums,
  part: Parameters<FactorSums['setImages']>[0],
  rows: Uint32Array,
  model: MeanModel,
): Promise<void> {
  const terms = sums.request.factors;
  const entries = triangle(terms, 0);
  const first = new Float32Array(rows.length * terms);
  const second = new Float32Array(rows.length * entries);
  rows.forEach((number, i) => {
    const gamma = model.contrast[number];
    first[i * terms] = gamma;
    for (let b = 0; b < terms; b++) second[i * entries + triangle(b, 0)] = gamma * model.apparent[number * terms + b];
    second[i * entries + WEIGHT] = gamma * gamma;
  });
  await sums.setImages(part);
  await sums.insert(first, second);
}

/** Mixes bins to widths. */
class Mixer {
  /** Per grid point: residual's real and imaginary part, weight; over the bins, and times the bins' distance. */
  private near = new Float32Array(0);
  private far = new Float32Array(0);
  private readonly damping: Damping;
  private readonly cubes: Record<Half, Float32Array[]>;

  constructor(
    model: MeanModel,
    private readonly surroundings: readonly Surroundings[],
    private readonly grid: HalfCube,
    private readonly onMap: OnMap,
  ) {
    this.damping = priorDamping(grid, [model.power]);
    const cubes = (half: Half) => model.halves[half].map((map) => cubeOfWritten(map, grid));
    this.cubes = { even: cubes('even'), odd: cubes('odd') };
  }

  /** Sums of the next bin. */
  take({ target, half, bin }: Place, sums: GridSums): void {
    const { grid, damping } = this;
    const { widths, middle } = this.surroundings[target];
    if (bin === 0) {
      this.near = new Float32Array(3 * grid.voxels);
      this.far = new Float32Array(3 * grid.voxels);
    }
    const { near, far } = this;
    folded(sums, grid, this.cubes[half].length);
    const { values, stride, imaginaryAt, entriesAt } = sums;
    const cubes = this.cubes[half];
    for (let v = 0; v < grid.voxels; v++) {
      const at = v * stride;
      const weight = values[at + entriesAt + WEIGHT];
      if (!(weight > 0)) continue;
      let re = values[at];
      let im = values[at + imaginaryAt];
      for (let b = 0; b < cubes.length; b++) {
        const entry = values[at + entriesAt + triangle(b, 0)];
        re -= entry * cubes[b][2 * v];
        im -= entry * cubes[b][2 * v + 1];
      }
      near[3 * v] += re;
      near[3 * v + 1] += im;
      near[3 * v + 2] += weight;
      far[3 * v] += middle[bin] * re;
      far[3 * v + 1] += middle[bin] * im;
      far[3 * v + 2] += middle[bin] * weight;
    }
    const cube = mixed(near, far, 1 / widths[bin], { grid, damping });
    this.onMap(target, half, bin, mapOfCube(cube, grid));
  }
}

/** (near − far/h) as a damped quotient: 2V. */
function mixed(
  near: Float32Array,
  far: Float32Array,
  perWidth: number,
  { grid, damping }: { grid: HalfCube; damping: Damping },
): Float32Array {
  const { reach, side, rowReach, rowStart, oversampling } = grid;
  const out = new Float32Array(2 * grid.voxels);
  for (let z = 0; z <= reach; z++)
    for (let y = -reach; y <= reach; y++) {
      const row = z * side + y + reach;
      for (let x = -rowReach[row]; x <= rowReach[row]; x++) {
        const v = rowStart[row] + x;
        const weight = near[3 * v + 2] - perWidth * far[3 * v + 2];
        if (!(weight > 0)) continue;
        const divisor = weight + damping(Math.round(Math.hypot(x, y, z) / oversampling), 0);
        out[2 * v] = (near[3 * v] - perWidth * far[3 * v]) / divisor;
        out[2 * v + 1] = (near[3 * v + 1] - perWidth * far[3 * v + 1]) / divisor;
      }
    }
  return out;
}

/** Makes what is used of the sums Hermitian in the plane z = 0. */
function folded({ values, stride, imaginaryAt, entriesAt }: GridSums, grid: HalfCube, factors: number): void {
  foldPlane(values, grid, stride, 0, imaginaryAt);
  for (let b = 0; b < factors; b++) foldPlane(values, grid, stride, entriesAt + triangle(b, 0), null);
  foldPlane(values, grid, stride, entriesAt + WEIGHT, null);
}

/**
 * The coefficients that writing a map's slices gives per weight: those of the map times the interpolation's window, where reading
 * and writing have multiplied by it once each and only the former was divided out.
 */
function cubeOfWritten(map: Float32Array, grid: HalfCube): Float32Array {
  const { boxPixels, oversampling } = grid;
  const window = interpolationWindow(boxPixels, oversampling);
  const out = map.slice();
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) out[at] *= (window[z] * window[y] * window[x]) ** 2;
  return cubeOfMap(out, grid);
}
