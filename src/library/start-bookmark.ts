// Where an ab initio run's start stands, as a file of its folder (a PyTorch checkpoint): written after each of its parts, read
// where the run goes on, gone once the start has found its poses.
import { VitrineError } from '../base/errors.ts';
import { readTorchCheckpoint, TorchTensor, type CheckpointDict } from '../formats/torch-checkpoint.ts';
import { writeTorchCheckpoint } from '../formats/torch-checkpoint-write.ts';
import type { StartBookmark } from '../inference/em-start/start-plan.ts';

/** Arrays stand beside the rest, which is JSON. */
const MAPS = ['found', 'maps', 'best'] as const;
const NAME = 'start_bookmark';

type Plain = Omit<StartBookmark, 'found' | 'maps' | 'best' | 'rest'> & {
  /** Images of each class set aside. */
  found: number[];
  best: { evidence: number; mapPixels: number } | null;
};

/** The bookmark as the bytes of a PyTorch checkpoint, to be read with readStartBookmark. */
export function writeStartBookmark(bookmark: StartBookmark): Uint8Array {
  const { found, maps, best, rest, ...plain } = bookmark;
  const { evidence = 0, mapPixels = 0 } = best ?? {};
  const words: Plain = { ...plain, found: found.map(({ images }) => images), best: best && { evidence, mapPixels } };
  const arrays = { found: found.map(({ map }) => map), maps, best: best?.maps ?? [] };
  const tensors = MAPS.map((key) => [key, arrays[key].map((map) => new TorchTensor([map.length], map))] as const);
  const numbers = new TorchTensor([rest.length], Int32Array.from(rest));
  const file: CheckpointDict = new Map();
  file.set('plain', JSON.stringify(words)).set('rest', numbers);
  for (const [key, list] of tensors) file.set(key, list);
  return writeTorchCheckpoint(file, NAME);
}

/** Null where the file is not whole: the start begins anew. */
export function readStartBookmark(bytes: Uint8Array): StartBookmark | null {
  try {
    const read = readTorchCheckpoint(bytes, NAME);
    const { found, best, ...plain } = JSON.parse(read.get('plain') as string) as Plain;
    const maps = (key: (typeof MAPS)[number]) =>
      (read.get(key) as TorchTensor[]).map(({ data }) => data as Float32Array);
    const rest = Uint32Array.from((read.get('rest') as TorchTensor).data as Int32Array);
    const foundMaps = maps('found');
    return {
      ...plain,
      rest,
      maps: maps('maps'),
      found: found.map((images, i) => ({ map: foundMaps[i], images })),
      best: best && { ...best, maps: maps('best') },
    };
  } catch (error) {
    if (error instanceof VitrineError || error instanceof SyntaxError || error instanceof TypeError) return null;
    throw error;
  }
}
