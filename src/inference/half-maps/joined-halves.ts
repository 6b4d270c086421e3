// From the sums of two halves of the images to their maps and that of both. How much noise images have and how much signal, ring by
// ring, is measured: signal τ from what the halves' maps have in common, noise from the images' power less c²τ. Then d = σ²/8τ in units of
// the weights (eight grid points share one coefficient at two steps a Fourier pixel).
import type { GridSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { hartleyVolume } from '../../imaging/hartley.ts';
import type { RingPower } from '../linear/ring-power.ts';
import { shellNumbers, shellProducts } from '../regression/shells.ts';
import { folded, meanWeights, quotientOf } from './weighted-quotient.ts';

/** Added to weights where nothing is known yet, and at least: a part of their ring's mean. */
const LEAST_DAMPING = 1e-3;
/** FSC that is taken at least: what halves have in common by chance must not silence a ring. */
const LEAST_FSC = 0.01;
/** Of the power of images, the least that is noise. */
const LEAST_NOISE = 1e-6;
/** Edge of the sphere that maps are kept in, of half the box. */
const SPHERE_EDGE = 1 / 8;

/** Maps D³, real space, in the units of the prepared images. */
export interface JoinedHalves {
  /** Of all images, neither filtered nor masked but for the sphere: the mean gain of every ring is 1. */
  map: Float32Array;
  /** The same as the filter leaves it: less where there is more noise. */
  filtered: Float32Array;
  /** As `map`. */
  halves: [Float32Array, Float32Array];
  /** By ring 0 … D/2: mean |·|² of a coefficient of the images' noise, and of the map. */
  noise: Float64Array;
  signal: Float64Array;
}

/**
 * `measured`: of the images that went into the sums, which were weighted by 1 over its power. `sphereRadius`: where the sphere that the
 * images fill ends, of half the box. The sums are folded.
 */
export function joinedHalves(
  sums: readonly [GridSums, GridSums],
  grid: HalfCube,
  measured: RingPower,
  sphereRadius: number,
): JoinedHalves {
  const { boxPixels } = grid;
  for (const one of sums) folded(one, grid);
  const inside = sphere(boxPixels, sphereRadius);
  const kept = (map: Float32Array): Float32Array => map.map((value, i) => value * inside[i]);
  const floors = sums.map((one) => meanWeights([one], grid).map((weight) => LEAST_DAMPING * weight));
  const first = sums.map((one, half) => {
    const { map, gain } = quotientOf([one], grid, floors[half]);
    const spectrum = kept(map);
    hartleyVolume(spectrum, boxPixels, spectrum);
    return { spectrum, gain };
  });
  const signal = signalOf(first[0].spectrum, first[1].spectrum, boxPixels);
  const noise = measured.power.map((power, ring) =>
    Math.max(power - measured.transfer[ring] * signal[ring], LEAST_NOISE * power, Number.MIN_VALUE),
  );
  const share = 1 / grid.oversampling ** 3;
  const wiener = floors[0].map((_, ring) => {
    const r = Math.min(ring, signal.length - 1);
    const ofWeights = noise[r] / (measured.power[r] || 1);
    return (share * ofWeights) / signal[r];
  });
  const damping = (floor: Float64Array): Float64Array => wiener.map((d, ring) => Math.max(d, floor[ring]));
  const unfiltered = (of: readonly GridSums[], d: Float64Array) => {
    const filtered = quotientOf(of, grid, d);
    const divisor = filtered.gain.map((gain) => gain || 1);
    return { filtered: kept(filtered.map), whole: kept(quotientOf(of, grid, d, divisor).map) };
  };
  const [one, other] = sums.map((sum, half) => unfiltered([sum], damping(floors[half])).whole);
  const { filtered, whole } = unfiltered(sums, damping(floors[0].map((floor, ring) => floor + floors[1][ring])));
  return { map: whole, filtered, halves: [one, other], noise, signal };
}

/** Mean |·|² of a map's coefficient by ring 0 … D/2, from the transforms of two halves' maps. */
function signalOf(a: Float32Array, b: Float32Array, boxPixels: number): Float64Array {
  const half = boxPixels / 2;
  const shells = shellNumbers(boxPixels);
  const members = new Float64Array(half + 1);
  for (const shell of shells) members[shell]++;
  const [common, one, other] = [
    shellProducts(a, b, shells, half),
    shellProducts(a, a, shells, half),
    shellProducts(b, b, shells, half),
  ];
  const out = new Float64Array(half + 1);
  for (let shell = 0; shell < half; shell++) {
    const power = Math.sqrt(one[shell] * other[shell]);
    out[shell] = Math.max(common[shell], LEAST_FSC * power, Number.MIN_VALUE) / members[shell];
  }
  out[half] = out[half - 1];
  return out;
}

/** 1 inside, a cosine to 0 at `radius` + half the edge; radii of half the box. */
function sphere(boxPixels: number, radius: number): Float32Array {
  const half = boxPixels / 2;
  const factors = new Float32Array(boxPixels ** 3);
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++) {
        const distance = Math.hypot(x - half, y - half, z - half) / half;
        const fall = Math.min(1, Math.max(0, (distance - radius) / SPHERE_EDGE + 0.5));
        factors[at] = 0.5 * (1 + Math.cos(Math.PI * fall));
      }
  return factors;
}
