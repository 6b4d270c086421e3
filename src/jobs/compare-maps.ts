// Two maps, or the halves of one, compared as a reviewer asks: FSC within masks, sharpness, resolution by direction and by place.
import { throwIfCancelled, VitrineError } from '../base/errors.ts';
import { nextTask } from '../base/event-loop.ts';
import { directionalFsc } from '../validation/directional-fsc.ts';
import { fsc, resolutionPixels, type FscCurve } from '../validation/fsc.ts';
import { guinierPlot, type GuinierPlot } from '../validation/guinier.ts';
import { localResolution } from '../validation/local-resolution.ts';
import { applyMask } from '../validation/mask.ts';
import { correctedFsc, fscMask, type FscMask } from '../validation/masked-fsc.ts';
import type { JobOptions } from './progress.ts';

/** Two D³ maps [z][y][x] of one frame. */
export interface MapPair {
  maps: readonly [Float32Array, Float32Array];
  boxPixels: number;
  /** Å a voxel. */
  pixelSizeAngstrom: number;
}

/** How two maps are compared. */
export interface CompareOptions extends JobOptions {
  /** Made of the maps, or factors 0 … 1 (D³). */
  mask: FscMask | Float32Array;
  /** Whether what the mask adds is taken off by random phases. */
  randomise?: boolean;
  /** Whether resolution is told for every direction; it is by default. */
  directions?: boolean;
  /** Whether resolution is told for every place. */
  local?: boolean;
  /** Width of the window for that, voxels. */
  windowPixels?: number | undefined;
  seed?: number;
}

/** A curve and where it first falls below 0.5 and 0.143, Å; Nyquist where it never does. */
export interface ToldCurve {
  name: string;
  /** D/2 values, shell i at i/(D·pixel size). */
  values: Float64Array;
  resolution05: number;
  resolution0143: number;
}

/** What is told of two maps. */
export interface MapComparison {
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** Without a mask, within it, and of random phases and corrected where that was asked. */
  curves: ToldCurve[];
  /** The last of these is the one that counts. */
  fromShell: number | null;
  /** Of the maps' mean; null where too few shells lie within the resolution. */
  guinier: GuinierPlot | null;
  anisotropy: Anisotropy | null;
  /** D³, Å; null where it was not asked. */
  localAngstrom: Float32Array | null;
  localRange: { best: number; median: number; worst: number } | null;
  /** D³, within the mask: mean of both. */
  mean: Float32Array;
}

/** Resolution by direction. */
export interface Anisotropy {
  /** V×3. */
  directions: Float64Array;
  /** V, Å at 0.143. */
  resolutionAngstrom: Float64Array;
  bestAngstrom: number;
  worstAngstrom: number;
  /** 1: the same every way. */
  sphericity: number;
}

/** Errors: 'count-mismatch' for maps or a mask of another box, 'cancelled'. */
export async function compareMaps(pair: MapPair, options: CompareOptions): Promise<MapComparison> {
  const { maps, boxPixels, pixelSizeAngstrom } = pair;
  const { onProgress, signal } = options;
  /** A cancellation is heard between steps. */
  const say = async (message: string) => {
    onProgress?.({ fraction: null, message });
    await nextTask();
    throwIfCancelled(signal);
  };
  await say('Comparing shell by shell');
  const mask =
    typeof options.mask === 'string' ? fscMask(options.mask, maps, boxPixels, pixelSizeAngstrom) : options.mask;
  if (mask && mask.length !== boxPixels ** 3)
    throw new VitrineError('count-mismatch', 'The mask is not of the maps’ box.', {
      expected: `${boxPixels}³ voxels`,
      found: String(mask.length),
    });
  const told = (name: string, curve: FscCurve) => toldCurve(name, curve, pixelSizeAngstrom);
  const curves = [told('no mask', fsc(maps[0], maps[1], boxPixels))];
  let fromShell: number | null = null;
  let counted = curves[0];
  if (mask && options.randomise) {
    const found = correctedFsc(maps, boxPixels, mask, { seed: options.seed ?? 0 });
    fromShell = found.fromShell;
    counted = told('corrected', found.corrected);
    curves.push(told('masked', found.masked), told('random phases', found.randomised), counted);
  } else if (mask) {
    counted = told('masked', within(maps, mask, boxPixels));
    curves.push(counted);
  }
  await say('Resolution by direction');
  const masked = maps.map((map) => (mask ? applyMask(map, mask) : map));
  const mean = masked[0].map((value, i) => 0.5 * (value + masked[1][i]));
  const local = options.local ? await localOf(pair, mask, options) : null;
  return {
    ...{ boxPixels, pixelSizeAngstrom, curves, fromShell, mean },
    guinier: guinierOf(mean, pair, counted),
    anisotropy: options.directions === false ? null : anisotropyOf(masked, boxPixels, pixelSizeAngstrom),
    localAngstrom: local,
    localRange: local && rangeOf(local, mask),
  };
}

function within(maps: MapPair['maps'], mask: Float32Array, boxPixels: number): FscCurve {
  return fsc(applyMask(maps[0], mask), applyMask(maps[1], mask), boxPixels);
}

/** A curve with its crossings in Å. */
function toldCurve(name: string, curve: FscCurve, pixelSizeAngstrom: number): ToldCurve {
  const at = (threshold: number) => pixelSizeAngstrom * resolutionPixels(curve, threshold);
  return { name, values: curve.values, resolution05: at(0.5), resolution0143: at(0.143) };
}

/** From 10 Å, or where the map does not reach so far a third of its band, to the resolution; weighed by the curve. */
function guinierOf(
  mean: Float32Array,
  { boxPixels, pixelSizeAngstrom }: MapPair,
  counted: ToldCurve,
): GuinierPlot | null {
  const toAngstrom = counted.resolution0143;
  const fromAngstrom = toAngstrom < 8 ? 10 : 3 * toAngstrom;
  const curve = { values: counted.values, frequencies: counted.values.map((_, shell) => shell / boxPixels) };
  try {
    return guinierPlot(mean, boxPixels, pixelSizeAngstrom, { fromAngstrom, toAngstrom, curve });
  } catch (error) {
    if (error instanceof VitrineError && error.code === 'value-out-of-range') return null;
    throw error;
  }
}

function anisotropyOf([a, b]: Float32Array[], boxPixels: number, pixelSizeAngstrom: number): Anisotropy {
  const found = directionalFsc(a, b, boxPixels);
  return {
    directions: found.directions,
    resolutionAngstrom: found.resolutionPixels.map((pixels) => pixels * pixelSizeAngstrom),
    bestAngstrom: found.best * pixelSizeAngstrom,
    worstAngstrom: found.worst * pixelSizeAngstrom,
    sphericity: found.sphericity,
  };
}

async function localOf(
  { maps, boxPixels, pixelSizeAngstrom }: MapPair,
  mask: Float32Array | null,
  { windowPixels, signal, onProgress }: CompareOptions,
): Promise<Float32Array> {
  const found = await localResolution(maps, boxPixels, {
    ...{ mask, signal },
    ...(windowPixels !== undefined && { windowPixels }),
    onProgress: (done, total) =>
      onProgress?.({ fraction: total > 0 ? done / total : null, message: 'Resolution by place' }),
  });
  return found.pixels.map((pixels) => pixels * pixelSizeAngstrom);
}

/** Within the mask. */
function rangeOf(local: Float32Array, mask: Float32Array | null) {
  const inside = local.filter((_, i) => !mask || mask[i] > 0.5).sort();
  return {
    best: inside[0] ?? NaN,
    median: inside[Math.floor(inside.length / 2)] ?? NaN,
    worst: inside[inside.length - 1] ?? NaN,
  };
}
