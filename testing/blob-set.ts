// A small set of noisy images of a heap of blobs, as starts and searches read it.
import type { SearchImages, SearchPoints } from '../src/engine/scoring/scorer.ts';
import { SearchImageReader, type SearchData } from '../src/inference/pose-search/search-images.ts';
import { Blobs, imagesInMemory } from './blobs.ts';

export async function blobSet(
  boxPixels: number,
  count: number,
  points: SearchPoints,
): Promise<{ data: SearchData; images: SearchImages }> {
  const simulation = new Blobs(boxPixels).simulate({ count, snr: 1, shiftPixels: 1, seed: 2 });
  const data = { images: await imagesInMemory(simulation.images), ctf: simulation.ctf };
  const images = await new SearchImageReader(data, points).read(Uint32Array.from({ length: count }, (_, i) => i));
  return { data, images };
}
