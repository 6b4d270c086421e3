// Buffers that all steps of a model share, for batches of up to `images`: a smaller last batch of an epoch works in those of
// the others.
import { memoryFull } from '../../gpu-device.ts';
import type { Arena, BufferView } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Tuned } from '../tuning/tuned.ts';
import { makeBatchBuffers, makeChunkBuffers, type BatchBuffers, type ChunkBuffers } from './batch-buffers.ts';
import { chunksOf, largestChunk } from './chunks.ts';
import type { ModelContext } from './decoder-forward.ts';
import { encoderBuffers } from './encoder.ts';

/** Buffers of batches of up to `images` images, and of the chunk that is computed at a time. */
export interface TrainingBuffers {
  images: number;
  /** Most rows computed at a time: those of whole latents (images or pairs), or a part of one's. */
  chunkRows: number;
  batchBuffers: BatchBuffers;
  /** Outputs of the encoder's layers. */
  encoded: readonly BufferView[];
  chunk: ChunkBuffers;
}

/** What decides its sizes. */
interface TrainingBuffersContext extends Pick<ModelContext, 'network'> {
  gpu: Pick<Gpu, 'bindingBytes'>;
  tuned: Pick<Tuned, 'encoding'>;
}

/** Error: 'out-of-memory' where a batch's buffer is more than one binding may show. */
export function makeTrainingBuffers(
  context: TrainingBuffersContext,
  arena: Arena,
  images: number,
  mostRows: number,
): TrainingBuffers {
  const { gpu, network, tuned } = context;
  const { rowsPerLatent } = network;
  const latents = images / network.imagesPerLatent;
  const whole = Math.min(latents, Math.floor(mostRows / rowsPerLatent));
  const chunkRows = whole > 0 ? whole * rowsPerLatent : largestChunk([...chunksOf(1, rowsPerLatent, mostRows)]);
  const options = { ownPoints: chunkRows < latents * rowsPerLatent, storedFeatures: tuned.encoding === 'stored' };
  const batchBuffers = makeBatchBuffers(arena, network, images);
  for (const view of Object.values(batchBuffers).flat() as BufferView[])
    if (view.size > gpu.bindingBytes) throw memoryFull(`${view.size} bytes in one binding`);
  return {
    images,
    chunkRows,
    batchBuffers,
    encoded: encoderBuffers({ arena, network }, images),
    chunk: makeChunkBuffers(arena, network, chunkRows, options),
  };
}
