// Maps of selections of images at known poses, with the maps of their halves and how these agree: nothing but images, poses and CTF in it.
import { VitrineError } from '../base/errors.ts';
import type { Engine } from '../engine/engine.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import type { ParticleSet } from '../formats/particles.ts';
import { backprojectSelections, type PosedImages } from '../inference/half-maps/backproject.ts';
import type { WeightedImages } from '../inference/half-maps/image-places.ts';
import { evenOdd, halvesOfColumn, randomHalves, requireBothHalves, type Split } from '../inference/half-maps/splits.ts';
import type { Storage } from '../library/storage.ts';
import { fsc, resolutionPixels } from '../validation/fsc.ts';
import { applyMask, softMask } from '../validation/mask.ts';
import type { JobOptions } from './progress.ts';

/** Images that are asked for under a name. */
export interface NamedSelection {
  name: string;
  images: WeightedImages;
}

/** What maps are made from. */
export interface BackprojectWork {
  engine: Engine;
  data: PosedImages;
  split: Split;
  /** Å of a voxel of the maps. */
  pixelSizeAngstrom: number;
  /** How the images were windowed: nothing is known beyond. */
  window: { isOn: boolean; radius: number };
  /** D³ factors for the masked FSC; null: around the map's own density. */
  mask?: Float32Array | null;
}

/** Å where a curve first falls below 0.143, and 0.5; twice the pixel size where it never does. */
export interface Resolutions {
  at0143: number;
  at05: number;
}

/** A map in the units of the original images, values D³, and how its halves agree. */
export interface BackprojectedMap {
  name: string;
  boxPixels: number;
  /** Neither filtered nor masked. */
  map: Float32Array;
  /** As the Wiener filter leaves it: for looking at. */
  filtered: Float32Array;
  halves: [Float32Array, Float32Array];
  mask: Float32Array;
  images: number;
  halfImages: [number, number];
  /** (Σw)²/Σw²: images of equal weight that would say as much. */
  effectiveImages: number;
  /** By shell 0 … D/2 − 1, of the halves, without a mask and inside the soft one. */
  fsc: Float64Array;
  fscMasked: Float64Array;
  resolution: Resolutions;
  resolutionMasked: Resolutions;
  /** By ring 0 … D/2, in the units of the original images' transforms, squared. */
  noise: Float64Array;
  signal: Float64Array;
}

/** How a set is split: as its table says where it does, by turns, or by chance. */
export type SplitChoice = 'auto' | 'subset' | 'even-odd' | 'random';

/** Columns that say which half of a refinement a particle was in. */
const SUBSET_COLUMNS = ['rlnRandomSubset', 'alignments3D/split'];

/** Halves of a set's particles. Error: 'usage' where 'subset' is asked for and the set has none. */
export function splitOfSet(
  { count, table, tableRows }: Pick<ParticleSet, 'count' | 'table' | 'tableRows'>,
  choice: SplitChoice,
  seed: number,
): Split {
  if (choice === 'random') return randomHalves(count, seed);
  if (choice === 'even-odd') return evenOdd(count);
  for (const name of SUBSET_COLUMNS) {
    const column = table?.numericColumn(name);
    const split = column && halvesOfColumn(Float32Array.from({ length: count }, (_, i) => column[tableRows?.[i] ?? i]));
    if (split) return split;
  }
  if (choice === 'auto') return evenOdd(count);
  throw new VitrineError('usage', 'The particles do not say which half of a refinement they were in.', {
    field: SUBSET_COLUMNS[0],
    advice: 'Split them by turns, or by chance.',
  });
}

/** Windowed images hold nothing beyond their window; others fill a sphere. */
function sphereRadius({ isOn, radius }: BackprojectWork['window']): number {
  const ofBox = 15 / 16;
  return isOn ? Math.min(ofBox, radius) : ofBox;
}

/**
 * Calls back with each map, in the order of the selections; none is held. Errors: 'count-mismatch' where a half has no image, 'usage' for
 * tilt pairs or an engine without factor sums, 'out-of-memory', 'cancelled', those of reading.
 */
export async function backprojectMaps(
  { engine, data, split, pixelSizeAngstrom, window, mask = null }: BackprojectWork,
  selections: readonly NamedSelection[],
  { signal, onProgress, onMap }: JobOptions & { onMap: (map: BackprojectedMap) => Promise<void> | void },
): Promise<void> {
  for (const { name, images } of selections) requireBothHalves(split, images.rows, name);
  const { boxPixels, standardDeviation } = data.images;
  const scaled = (map: Float32Array) => map.map((value) => value * standardDeviation);
  const squared = (power: Float64Array) => power.map((value) => value * standardDeviation ** 2);
  onProgress?.({ fraction: 0, message: 'Measuring the images' });
  await backprojectSelections(
    engine,
    data,
    selections.map(({ images }) => images),
    {
      halfOf: split.halfOf,
      sphereRadius: sphereRadius(window),
      signal,
      onImages: (done, total) =>
        onProgress?.({ fraction: done / total, message: `Adding images: ${done.toLocaleString('en')}` }),
    },
    async (at, { map, filtered, halves, noise, signal: power }) => {
      const { name, images } = selections[at];
      const inside = mask ?? softMask(filtered, boxPixels, { pixelSizeAngstrom });
      const [one, other] = halves;
      const curve = fsc(one, other, boxPixels);
      const masked = fsc(applyMask(one, inside), applyMask(other, inside), boxPixels);
      const resolutions = (of: typeof curve): Resolutions => ({
        at0143: pixelSizeAngstrom * resolutionPixels(of, 0.143),
        at05: pixelSizeAngstrom * resolutionPixels(of, 0.5),
      });
      await onMap({
        ...{ name, boxPixels, mask: inside, ...countsOf(images, split) },
        ...{ map: scaled(map), filtered: scaled(filtered), halves: [scaled(one), scaled(other)] },
        ...{ fsc: curve.values, fscMasked: masked.values },
        ...{ resolution: resolutions(curve), resolutionMasked: resolutions(masked) },
        ...{ noise: squared(noise), signal: squared(power) },
      });
    },
  );
}

function countsOf({ rows, weights }: WeightedImages, { halfOf }: Split) {
  let [second, sum, squares] = [0, 0, 0];
  for (let i = 0; i < rows.length; i++) {
    const weight = weights?.[i] ?? 1;
    second += halfOf[rows[i]];
    sum += weight;
    squares += weight * weight;
  }
  const halfImages: [number, number] = [rows.length - second, second];
  return { images: rows.length, halfImages, effectiveImages: (sum * sum) / squares };
}

/** What backproject.json says of a map. */
export interface WrittenBackprojection extends Pick<
  BackprojectedMap,
  'name' | 'images' | 'halfImages' | 'effectiveImages' | 'resolution' | 'resolutionMasked'
> {
  /** The map's, of all images. */
  file: string;
  halves: [string, string];
}

/** Writes maps into a folder as they come: each whole, those of several selections in folders of their names. Error of all: 'storage'. */
export class BackprojectionWriter {
  private readonly written: WrittenBackprojection[] = [];

  constructor(
    private readonly storage: Storage,
    private readonly place: { pixelSizeAngstrom: number; split: Split; isOne: boolean },
  ) {}

  async take({ noise, signal, fsc: curve, fscMasked, boxPixels, ...made }: BackprojectedMap): Promise<void> {
    const { pixelSizeAngstrom, isOne } = this.place;
    const { name, map, filtered, halves, mask } = made;
    const path = (file: string) => (isOne ? file : `${name}/${file}`);
    const files = { map, filtered, half1: halves[0], half2: halves[1], mask };
    for (const [file, values] of Object.entries(files))
      await this.storage.write(path(`${file}.mrc`), writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
    const rows = Array.from(curve, (value, shell) =>
      [
        shell,
        shell === 0 ? '' : ((boxPixels * pixelSizeAngstrom) / shell).toFixed(3),
        value.toFixed(5),
        fscMasked[shell].toFixed(5),
        noise[shell].toExponential(5),
        signal[shell].toExponential(5),
      ].join(','),
    );
    const head = 'shell,resolution_angstrom,fsc,fsc_masked,noise_power,signal_power';
    await this.storage.write(path('fsc.csv'), `${[head, ...rows].join('\n')}\n`);
    const { images, halfImages, effectiveImages, resolution, resolutionMasked } = made;
    this.written.push({
      ...{ name, images, halfImages, effectiveImages, resolution, resolutionMasked },
      ...{ file: path('map.mrc'), halves: [path('half1.mrc'), path('half2.mrc')] },
    });
  }

  /** Writes backproject.json; all that was written. */
  async finish(): Promise<readonly WrittenBackprojection[]> {
    const { pixelSizeAngstrom, split } = this.place;
    const record = { version: 1, pixelSizeAngstrom, halves: split.by, maps: this.written };
    await this.storage.write('backproject.json', `${JSON.stringify(record, null, 1)}\n`);
    return this.written;
  }
}
