// Particles as pictures: low-pass, sign of the CTF and centring where asked for, each scaled to mean 0 and standard
// deviation 1. From real-space images, or from prepared ones (Hartley values) where the original files are gone.
import { VitrineError } from '../base/errors.ts';
import { CTF_WIDTH, OPTICS_WIDTH, type ImageReader } from '../formats/particles.ts';
import { removeBeamTilt } from '../imaging/beam-tilt.ts';
import { ctfAtPoints } from '../imaging/ctf.ts';
import type { HartleyImages } from '../imaging/hartley-images.ts';
import { inverseHartleyImage } from '../imaging/hartley.ts';
import { makeLattice, type Lattice } from '../imaging/lattice.ts';
import { preprocessImages } from '../imaging/preprocess.ts';
import { shiftHartley } from '../imaging/shift.ts';
import { transferAtPoints } from '../imaging/transfer.ts';
import { ctfForBox } from './run-particles.ts';

/** How tiles are filtered. */
export interface TileRequest {
  /** Å; null for none. */
  lowPassAngstrom: number | null;
  /** Multiply by the sign of the CTF, take out the phase of a tilted beam and centre by the pose. */
  flipPhases: boolean;
}

/** What filtering needs of the N particles. */
export interface TileParticles {
  /** Side of the original images and their pixel size. */
  imagePixels: number;
  pixelSizeAngstrom: number;
  ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS; null where every row is ordinary. */
  optics: Float32Array | null;
  translations: Float32Array | null;
}

/** n×P Hartley values at the lattice's points. */
interface HartleyTiles {
  boxPixels: number;
  values: Float32Array;
}

/**
 * Tiles of chosen images, side² values each with mean 0 and standard deviation 1, from the original files. Errors: those of the
 * reader.
 */
export async function tilesFromImages(
  reader: ImageReader,
  indices: readonly number[],
  particles: TileParticles,
  request: TileRequest,
): Promise<{ boxPixels: number; pixels: Float32Array }> {
  const { boxPixels } = reader;
  const pixels = await reader.read(indices);
  if (request.lowPassAngstrom === null && !request.flipPhases)
    return { boxPixels, pixels: normalised(pixels, boxPixels) };
  const lattice = makeLattice(boxPixels);
  const options = { window: false, invert: false, standardDeviation: 1 };
  const full = preprocessImages(pixels, indices.length, boxPixels, options).values;
  const values = new Float32Array(indices.length * lattice.points);
  const area = lattice.side ** 2;
  for (let i = 0; i < indices.length; i++)
    for (let p = 0; p < lattice.points; p++) values[i * lattice.points + p] = full[i * area + lattice.index[p]];
  const { ctf, optics, imagePixels } = particles;
  if (request.flipPhases && ctf && optics)
    for (const [i, index] of indices.entries())
      removeBeamTilt({ ctf, optics }, index, imagePixels, lattice, { values, at: i * lattice.points });
  return render({ boxPixels, values }, lattice, indices, particles, request);
}

/** `inverted`: the prepared images had their sign flipped. */
export async function tilesFromPrepared(
  images: HartleyImages,
  inverted: boolean,
  indices: readonly number[],
  particles: TileParticles,
  request: TileRequest,
): Promise<{ boxPixels: number; pixels: Float32Array }> {
  const { boxPixels, points, shardSize } = images;
  const values = new Float32Array(indices.length * points);
  for (const [i, index] of indices.entries()) {
    if (index < 0 || index >= images.count)
      throw new VitrineError('index-out-of-range', `There is no particle ${index}.`, { row: index + 1 });
    const shard = await images.readShard(Math.floor(index / shardSize));
    const at = (index - shard.first) * points;
    for (let p = 0; p < points; p++) values[i * points + p] = inverted ? -shard.values[at + p] : shard.values[at + p];
  }
  return render({ boxPixels, values }, makeLattice(boxPixels), indices, particles, request);
}

function render(
  { boxPixels, values }: HartleyTiles,
  lattice: Lattice,
  indices: readonly number[],
  particles: TileParticles,
  { lowPassAngstrom, flipPhases }: TileRequest,
): { boxPixels: number; pixels: Float32Array } {
  const { points, side } = lattice;
  const pixelSize = (particles.pixelSizeAngstrom * particles.imagePixels) / boxPixels;
  const filter = lowPassAngstrom === null ? null : lowPass(lattice, pixelSize / lowPassAngstrom);
  const ctfValues = new Float32Array(points);
  const square = new Float32Array(boxPixels * boxPixels);
  const pixels = new Float32Array(indices.length * boxPixels * boxPixels);
  for (const [i, index] of indices.entries()) {
    const image = values.subarray(i * points, (i + 1) * points);
    if (flipPhases && particles.ctf) {
      const row = ctfForBox(
        particles.ctf.slice(index * CTF_WIDTH, (index + 1) * CTF_WIDTH),
        particles.imagePixels,
        boxPixels,
      );
      const optics = particles.optics?.subarray(index * OPTICS_WIDTH, (index + 1) * OPTICS_WIDTH);
      if (optics) transferAtPoints(row, optics, lattice, ctfValues);
      else ctfAtPoints(row, lattice, ctfValues);
      // The CTF is negative at low frequency; times −sign it leaves white particles white.
      for (let p = 0; p < points; p++) if (ctfValues[p] > 0) image[p] = -image[p];
    }
    if (flipPhases && particles.translations)
      shiftHartley(
        image,
        lattice,
        { tx: particles.translations[2 * index], ty: particles.translations[2 * index + 1] },
        image,
      );
    square.fill(0);
    for (let p = 0; p < points; p++) {
      const column = lattice.index[p] % side;
      const row = (lattice.index[p] - column) / side;
      if (column < boxPixels && row < boxPixels)
        square[row * boxPixels + column] = filter ? image[p] * filter[p] : image[p];
    }
    const out = pixels.subarray(i * boxPixels * boxPixels, (i + 1) * boxPixels * boxPixels);
    inverseHartleyImage(square, boxPixels, out);
  }
  return { boxPixels, pixels: normalised(pixels, boxPixels) };
}

/** 1 below the cut-off (cycles per pixel), a cosine edge a fifth of it wide. */
function lowPass(lattice: Lattice, cutoff: number): Float32Array {
  return Float32Array.from(lattice.x, (x, p) => {
    const fall = (Math.hypot(x, lattice.y[p]) / cutoff - 0.9) / 0.2;
    return fall <= 0 ? 1 : fall >= 1 ? 0 : 0.5 + 0.5 * Math.cos(Math.PI * fall);
  });
}

function normalised(pixels: Float32Array, boxPixels: number): Float32Array {
  const area = boxPixels * boxPixels;
  for (let at = 0; at < pixels.length; at += area) {
    const image = pixels.subarray(at, at + area);
    let sum = 0;
    let squares = 0;
    for (const value of image) {
      sum += value;
      squares += value * value;
    }
    const mean = sum / area;
    const deviation = Math.sqrt(Math.max(0, squares / area - mean * mean)) || 1;
    for (let i = 0; i < area; i++) image[i] = (image[i] - mean) / deviation;
  }
  return pixels;
}
