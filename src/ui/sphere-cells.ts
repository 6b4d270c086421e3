// Equal areas of the sphere on an equal-area map, for pictures of how directions are spread: HEALPix cells in nested order
// (Górski et al. 2005) under the Mollweide projection. A direction is z = cos θ and the azimuth φ in radians.

/**
 * The direction at a place of the map, x and y from −1 to 1, north up, φ = 0 in the middle and growing to the right; null
 * outside of it.
 */
export function directionAt(x: number, y: number): { z: number; phi: number } | null {
  if (x * x + y * y > 1) return null;
  const auxiliary = Math.asin(y);
  const halfWidth = Math.cos(auxiliary);
  const z = (2 * auxiliary + Math.sin(2 * auxiliary)) / Math.PI;
  return { z: Math.max(-1, Math.min(1, z)), phi: halfWidth > 0 ? (Math.PI * x) / halfWidth : 0 };
}

/** Number of the cell among 12·nside² that holds a direction; nside is a power of two. */
export function cellOf(z: number, phi: number, nside: number): number {
  // HEALPix's plane: u along the equator, 8 around it, v across it, ±2 at the poles. Base cells are squares on their corners.
  const around = ((((phi * 4) / Math.PI) % 8) + 8) % 8;
  let belt: number;
  let base: number;
  let fromCentreU: number;
  let fromCentreV: number;
  if (Math.abs(z) > 2 / 3) {
    const toPole = Math.sqrt(3 * (1 - Math.abs(z)));
    base = Math.min(3, Math.floor(around / 2));
    belt = z > 0 ? 0 : 2;
    fromCentreU = (around - 2 * base - 1) * toPole;
    fromCentreV = z > 0 ? 1 - toPole : toPole - 1;
  } else {
    const v = 1.5 * z;
    const up = Math.floor((around + v + 1) / 2);
    const down = Math.floor((v - around + 1) / 2);
    belt = Math.max(0, Math.min(2, 1 - up - down));
    const centreU = up - down;
    base = ((belt === 0 ? -down : up) + 4) % 4;
    fromCentreU = around - centreU;
    fromCentreV = v - (1 - belt);
  }
  const northEast = step(fromCentreV + fromCentreU, nside);
  const northWest = step(fromCentreV - fromCentreU, nside);
  let cell = 0;
  for (let bit = 1, place = 1; bit < nside; bit *= 2, place *= 4)
    cell += place * ((northEast & bit ? 1 : 0) + (northWest & bit ? 2 : 0));
  return nside * nside * (4 * belt + base) + cell;
}

function step(alongDiagonal: number, nside: number): number {
  return Math.max(0, Math.min(nside - 1, Math.floor((nside * (alongDiagonal + 1)) / 2)));
}

/** Cell of each pixel of a map, row by row from the north; −1 outside. */
export function cellRaster(width: number, height: number, nside: number): Int16Array {
  const raster = new Int16Array(width * height).fill(-1);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const direction = directionAt((2 * column + 1) / width - 1, 1 - (2 * row + 1) / height);
      if (direction) raster[row * width + column] = cellOf(direction.z, direction.phi, nside);
    }
  return raster;
}

/** For each pixel of a map which of `directions` (V×3 unit vectors) is nearest, row by row from the north; −1 outside. */
export function nearestRaster(width: number, height: number, directions: ArrayLike<number>): Int16Array {
  const count = directions.length / 3;
  const raster = new Int16Array(width * height).fill(-1);
  for (let row = 0; row < height; row++)
    for (let column = 0; column < width; column++) {
      const direction = directionAt((2 * column + 1) / width - 1, 1 - (2 * row + 1) / height);
      if (!direction) continue;
      const { z, phi } = direction;
      const across = Math.sqrt(1 - z * z);
      const [x, y] = [across * Math.cos(phi), across * Math.sin(phi)];
      let [found, most] = [0, -Infinity];
      for (let d = 0; d < count; d++) {
        const cosine = x * directions[3 * d] + y * directions[3 * d + 1] + z * directions[3 * d + 2];
        if (cosine > most) [found, most] = [d, cosine];
      }
      raster[row * width + column] = found;
    }
  return raster;
}

export interface DirectionSpread {
  total: number;
  largest: number;
  /** Of all images, 0 … 1. */
  largestShare: number;
  /** Cells without an image. */
  empty: number;
  /** Images a cell where they are spread evenly. */
  even: number;
}

export function spreadOf(counts: readonly number[]): DirectionSpread {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const largest = Math.max(0, ...counts);
  return {
    ...{ total, largest, largestShare: total > 0 ? largest / total : 0 },
    ...{ empty: counts.filter((count) => count === 0).length, even: total / Math.max(1, counts.length) },
  };
}
