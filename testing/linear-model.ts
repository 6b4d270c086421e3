// Linear models and chains of a few Gaussian blobs that differ from map to map, for proofs of what is made of them.
import type { ChainField, LinearField, Weights } from '../src/engine/engine.ts';
import { defaultTerms, type ChainShape } from '../src/engine/factors/chain-basis.ts';
import { densityOfAtoms } from '../src/imaging/projection.ts';
import { Random } from '../src/geometry/random.ts';

const BLOBS = 6;

/** Maps well inside the box, mask and spectra of one group of images. */
export function blobModel(boxPixels: number, components: number, seed = 1): { field: LinearField; weights: Weights } {
  const random = new Random(seed);
  const frame = { boxPixels, pixelSizeAngstrom: 1, resolutionAngstrom: 5 };
  const within = () => (random.uniform() - 0.5) * 0.5 * boxPixels;
  const map = () =>
    densityOfAtoms(
      Float32Array.from({ length: 3 * BLOBS }, within),
      Float32Array.from({ length: BLOBS }, () => random.normal()),
      frame,
    );
  const box = [boxPixels, boxPixels, boxPixels];
  const voxels = boxPixels ** 3;
  const all = new Float32Array(components * voxels);
  for (let a = 0; a < components; a++) all.set(map(), a * voxels);
  const rings = boxPixels / 2;
  const falling = Float32Array.from({ length: rings }, (_, ring) => 1 / (1 + ring));
  const weights: Weights = new Map([
    ['mean', { shape: box, data: map() }],
    ['components', { shape: [components, ...box], data: all }],
    ['mask', { shape: box, data: new Float32Array(voxels).fill(1) }],
    ['noise', { shape: [1, rings], data: falling }],
    ['power', { shape: [rings], data: falling.slice() }],
  ]);
  return { field: { kind: 'linear', boxPixels, components, contrast: true }, weights };
}

/** A chain of maps as those of `blobModel`, and its spectra. */
export function blobChain(boxPixels: number, shape: ChainShape, seed = 1): { field: ChainField; weights: Weights } {
  const terms = defaultTerms(shape);
  const { weights } = blobModel(boxPixels, terms, seed);
  const maps = weights.get('components');
  for (const name of ['mean', 'components']) weights.delete(name);
  if (maps) weights.set('terms', maps);
  return { field: { kind: 'chain', boxPixels, shape, terms, contrast: true }, weights };
}
