// Particles of an odd box, which transforms here do not take, at the even box below it.
import type { Notice } from '../base/errors.ts';
import { isFileImageReader } from '../formats/mrc.ts';
import { CTF_WIDTH, type ParticleSet } from '../formats/particles.ts';
import type { Understanding } from '../formats/drop/understanding.ts';
import { cropCtfRow } from './crop.ts';
import { croppedReader, evenBox } from './cropped-reader.ts';

/**
 * The same particles at an even box: images cropped in Fourier space as they are read, the pixel size and the CTF's scaled
 * to the same field of view; shifts, as fractions of it, stay. The set itself where its box is even.
 */
export function atEvenBox(set: ParticleSet): ParticleSet {
  const { boxPixels: full, images, ctf, pixelSizeAngstrom } = set;
  const boxPixels = evenBox(full);
  if (boxPixels === full || !isFileImageReader(images)) return set;
  const scaled = ctf && new Float32Array(ctf.length);
  if (ctf && scaled)
    for (let at = 0; at < ctf.length; at += CTF_WIDTH)
      scaled.set(cropCtfRow(ctf.subarray(at, at + CTF_WIDTH), full, boxPixels), at);
  const notice: Notice = {
    code: 'box-cropped',
    message: `The images have an odd box of ${full}; they are cropped to ${boxPixels} in Fourier space.`,
    ...(pixelSizeAngstrom !== null && { found: `${((pixelSizeAngstrom * full) / boxPixels).toFixed(4)} Å a pixel` }),
  };
  return {
    ...set,
    boxPixels,
    pixelSizeAngstrom: pixelSizeAngstrom === null ? null : (pixelSizeAngstrom * full) / boxPixels,
    images: croppedReader(images, boxPixels),
    ctf: scaled,
    warnings: [...set.warnings, notice],
  };
}

/** An understanding whose particles have an even box. */
export function withEvenBox(understanding: Understanding): Understanding {
  const set = understanding.set && atEvenBox(understanding.set);
  return set ? { ...understanding, set, warnings: set.warnings } : understanding;
}
