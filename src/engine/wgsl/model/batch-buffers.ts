// What a batch of up to `capacity` images needs on the device beside the network: the images as they come, what the slices
// kernel makes of them, latents, and one chunk's activations and gradients.
import { bytesOf, paddedRows } from '../gpu/kernels.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { ImageBatch } from '../../engine.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { OPTICS_POLYNOMIAL } from '../slices/polynomials.ts';
import { ctfPolynomials, transferPolynomials } from '../slices/slices.ts';
import type { Network } from './network.ts';

/** What the caller gives of a batch's images, on the device. */
export interface ImageBuffers {
  /** B×P. */
  images: BufferView;
  /** B×2. */
  translations: BufferView;
  /** B×8, or B×12 where the optics of the images are known (slices/). */
  ctf: BufferView;
}

/** All that is sized by the images of a batch and not by its rows. */
export interface BatchBuffers extends ImageBuffers {
  /** B×9. */
  rotations: BufferView;
  /** B×(D/2 + 1) and B: how residuals count. */
  amplitudes: BufferView;
  contrast: BufferView;
  /** Z×zDim, of the batch's Z latents: B, or one a pair. */
  noise: BufferView;
  points: BufferView;
  targets: BufferView;
  transfer: BufferView;
  encoderInput: BufferView;
  /** Z×padded(zDim), and its gradient. */
  z: BufferView;
  zGradient: BufferView;
  /** Z×padded(2·zDim): gradient of the encoder's outputs. */
  encodedGradient: BufferView;
  encoderHidden: readonly [BufferView, BufferView];
  /** z·W_z + bias and its gradient, Z×width. */
  groups: BufferView;
  groupGradient: BufferView;
}

/** Buffers for `images` images as they are given. */
export function makeImageBuffers(arena: Arena, network: Network, images: number): ImageBuffers {
  return {
    images: arena.floats('images', images * network.slices.lattice.points),
    translations: arena.floats('translations', images * 2),
    ctf: arena.floats('CTF', images * OPTICS_POLYNOMIAL),
  };
}

/** Buffers of a batch of `images` images, a multiple of those that share a latent. */
export function makeBatchBuffers(arena: Arena, network: Network, images: number): BatchBuffers {
  const { rowsPerImage, channels } = network.slices;
  const rows = paddedRows(images * rowsPerImage);
  const latents = images / network.imagesPerLatent;
  const few = paddedRows(latents);
  const encoderHidden = network.encoder ? network.encoderRowsHeld(0, images) * network.encoderWidth : 0;
  return {
    ...makeImageBuffers(arena, network, images),
    rotations: arena.floats('rotations', images * 9),
    amplitudes: arena.floats('amplitudes', images * (network.spec.boxPixels / 2 + 1)),
    contrast: arena.floats('contrasts', images),
    noise: arena.floats('noise', latents * network.spec.zDim),
    points: arena.floats('points', rows * 4),
    targets: arena.floats('targets', rows * channels),
    transfer: arena.floats('transfer', rows),
    encoderInput: arena.floats('encoder input', network.encoder ? paddedRows(images) * network.encoderInputs : 0),
    z: arena.floats('z', few * network.latents),
    zGradient: arena.floats('gradient of z', few * network.latents),
    encodedGradient: arena.floats('gradient of encoder outputs', few * network.encoderOutputs),
    encoderHidden: [
      arena.floats('encoder gradient 0', encoderHidden),
      arena.floats('encoder gradient 1', encoderHidden),
    ],
    groups: arena.floats('groups', few * network.width),
    groupGradient: arena.floats('gradient of groups', few * network.width),
  };
}

/** What is sized by the rows that are computed at a time: activations, their gradients, scratch. */
export interface ChunkBuffers {
  /** A chunk's own points where it is not the whole batch. */
  points: BufferView | null;
  features: BufferView | null;
  hidden: BufferView[];
  gradients: [BufferView, BufferView];
}

/** Buffers of a chunk of `rows` rows; activations of all hidden layers are kept for the way back. */
export function makeChunkBuffers(
  arena: Arena,
  network: Network,
  rows: number,
  { ownPoints, storedFeatures }: { ownPoints: boolean; storedFeatures: boolean },
): ChunkBuffers {
  const padded = paddedRows(rows);
  const scalars = (label: string, width: number) => arena.buffer(label, bytesOf(network.scalar) * padded * width);
  return {
    points: ownPoints ? arena.floats('points of a chunk', padded * 4) : null,
    features: storedFeatures ? scalars('features', network.waves.padded) : null,
    hidden: Array.from({ length: network.hidden }, (_, layer) => scalars(`hidden ${layer}`, network.width)),
    gradients: [scalars('gradient 0', network.width), scalars('gradient 1', network.width)],
  };
}

/** Images `from … from + count − 1` of a batch with their translations and CTF, where it has them. */
export function writeImages(
  gpu: Gpu,
  views: ImageBuffers,
  { images, translations, ctf, optics }: Pick<ImageBatch, 'images' | 'translations' | 'ctf' | 'optics'>,
  points: number,
  { from, count }: { from: number; count: number },
): void {
  gpu.write(views.images, images.subarray(from * points, (from + count) * points));
  if (translations) gpu.write(views.translations, translations.subarray(2 * from, 2 * (from + count)));
  if (ctf) {
    const polynomials = optics ? transferPolynomials(ctf, optics, from, count) : ctfPolynomials(ctf, from, count);
    gpu.write(views.ctf, polynomials);
  }
}
