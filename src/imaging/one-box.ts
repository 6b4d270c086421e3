// Stacks of several boxes as one set: each is read at the smallest box. Programs write particles whose noise is one a pixel at
// each stack's own box; cropping keeps the pixel sum, so transforms would keep noise in proportion to the box it came from. Values
// are brought to the noise of the box that all have.
import type { FileImageReader } from '../formats/mrc.ts';
import { croppedReader } from './cropped-reader.ts';

/** The images of `reader` (D²) at an even box d ≤ D, with d/D of the pixel sum. */
export function atCommonBox(reader: FileImageReader, boxPixels: number): FileImageReader {
  const full = reader.boxPixels;
  const cropped = croppedReader(reader, boxPixels);
  if (cropped === reader) return reader;
  const scale = boxPixels / full;
  return {
    ...cropped,
    async read(indices, signal) {
      const images = await cropped.read(indices, signal);
      for (let i = 0; i < images.length; i++) images[i] *= scale;
      return images;
    },
  };
}
