// What is done to a map by its Fourier shells alone: factors by distance from the origin, and phases made random beyond a shell.
// On the centred Hartley transform, where a coefficient and its mirror image stand for one complex number (imaging/hartley.ts).
import type { Random } from '../geometry/random.ts';
import { hartleyVolume, inverseHartleyVolume } from '../imaging/hartley.ts';
import type { Samples } from '../imaging/spectrum.ts';

/** The map with each Fourier coefficient times `factor` of its distance from the origin, Fourier pixels. */
export function filterShells<T extends Samples>(
  map: T,
  boxPixels: number,
  factor: (radiusPixels: number) => number,
): T {
  const values = map.slice() as T;
  hartleyVolume(map, boxPixels, values);
  eachPoint(boxPixels, (at, _, radius) => (values[at] *= factor(radius)));
  inverseHartleyVolume(values, boxPixels, values);
  return values;
}

/** 1 up to `cutPixels` Fourier pixels, a cosine over `edgePixels` (2) about it, 0 beyond. */
export function lowPassFactor(cutPixels: number, edgePixels = 2): (radiusPixels: number) => number {
  const from = cutPixels - edgePixels / 2;
  return (radius) => {
    if (radius <= from) return 1;
    return radius >= from + edgePixels ? 0 : 0.5 * (1 + Math.cos((Math.PI * (radius - from)) / edgePixels));
  };
}

/**
 * The map with its amplitudes, and with phases drawn at random wherever |k| ≥ `fromShell` Fourier pixels (Chen et al. 2013). What is its
 * own mirror image keeps its size and is turned over at random.
 */
export function randomisePhases<T extends Samples>(map: T, boxPixels: number, fromShell: number, random: Random): T {
  const values = map.slice() as T;
  hartleyVolume(map, boxPixels, values);
  eachPoint(boxPixels, (at, mirror, radius) => {
    if (radius < fromShell || mirror < at) return;
    if (mirror === at) {
      if (random.uniform() < 0.5) values[at] = -values[at];
      return;
    }
    const amplitude = Math.sqrt((values[at] ** 2 + values[mirror] ** 2) / 2);
    const phase = 2 * Math.PI * random.uniform();
    values[at] = amplitude * (Math.cos(phase) - Math.sin(phase));
    values[mirror] = amplitude * (Math.cos(phase) + Math.sin(phase));
  });
  inverseHartleyVolume(values, boxPixels, values);
  return values;
}

/** Each point of a centred D³ transform: its place, that of −k, and |k|. */
function eachPoint(boxPixels: number, visit: (at: number, mirror: number, radius: number) => void): void {
  const half = boxPixels / 2;
  const opposite = (i: number) => (boxPixels - i) % boxPixels;
  for (let z = 0, at = 0; z < boxPixels; z++)
    for (let y = 0; y < boxPixels; y++)
      for (let x = 0; x < boxPixels; x++, at++)
        visit(
          at,
          (opposite(z) * boxPixels + opposite(y)) * boxPixels + opposite(x),
          Math.hypot(x - half, y - half, z - half),
        );
}
