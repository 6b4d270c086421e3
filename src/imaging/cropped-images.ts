// Prepared images at a smaller box of the same field of view: what preparing them there gives, from what is prepared already.
import type { HartleyImages } from './hartley-images.ts';
import { makeLattice } from './lattice.ts';

/**
 * Images of box d ≤ D, cropped in Fourier space as they are read; their values are those of `images`, divided by the same standard
 * deviation. The edge |k| = d/2 keeps its own values, which preparing at d would make equal on both sides. Errors: those of makeLattice.
 */
export function croppedImages(images: HartleyImages, boxPixels: number): HartleyImages {
  if (boxPixels >= images.boxPixels) return images;
  const places = placesOf(boxPixels, images.boxPixels);
  return {
    ...images,
    boxPixels,
    points: places.length,
    async readShard(shard, signal) {
      const { first, count, values } = await images.readShard(shard, signal);
      const own = new Float32Array(count * places.length);
      for (let i = 0; i < count; i++)
        for (let p = 0; p < places.length; p++) own[i * places.length + p] = values[i * images.points + places[p]];
      return { first, count, values: own };
    },
  };
}

/** Of each mask point of the lattice of d, the number of the same frequency's among those of D. */
function placesOf(boxPixels: number, fromPixels: number): Uint32Array {
  const from = makeLattice(fromPixels);
  const numbers = new Uint32Array(from.side * from.side);
  from.index.forEach((at, p) => (numbers[at] = p));
  const margin = (fromPixels - boxPixels) / 2;
  const { points, column, row } = makeLattice(boxPixels);
  return Uint32Array.from({ length: points }, (_, p) => numbers[(row[p] + margin) * from.side + column[p] + margin]);
}
