// Buffers that all steps of a model share, for batches of up to `images`: a smaller last batch of an epoch works in those of
// the others.
import { memoryFull } from '../../gpu-device.ts';
import type { Arena, View } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { Tuned } from '../tuning/tuned.ts';
import { batchViews, chunkViews, type BatchViews, type ChunkViews } from './batch-buffers.ts';
import { chunksOf, largestChunk } from './chunks.ts';
import type { Workshop } from './decoder-forward.ts';
import { encoderBuffers } from './encoder.ts';

export interface Workbench {
  images: number;
  /** Most rows computed at a time: those of whole latents (images or pairs), or a part of one's. */
  chunkRows: number;
  views: BatchViews;
  /** Outputs of the encoder's layers. */
  encoded: readonly View[];
  chunk: ChunkViews;
}

/** What decides its sizes. */
interface WorkbenchShop extends Pick<Workshop, 'network'> {
  gpu: Pick<Gpu, 'bindingBytes'>;
  tuned: Pick<Tuned, 'encoding'>;
}

/** Error: 'out-of-memory' where a batch's buffer is more than one binding may show. */
export function makeWorkbench(workshop: WorkbenchShop, arena: Arena, images: number, mostRows: number): Workbench {
  const { gpu, network, tuned } = workshop;
  const { rowsPerLatent } = network;
  const latents = images / network.views;
  const whole = Math.min(latents, Math.floor(mostRows / rowsPerLatent));
  const chunkRows = whole > 0 ? whole * rowsPerLatent : largestChunk([...chunksOf(1, rowsPerLatent, mostRows)]);
  const options = { ownPoints: chunkRows < latents * rowsPerLatent, storedFeatures: tuned.encoding === 'stored' };
  const views = batchViews(arena, network, images);
  for (const view of Object.values(views).flat() as View[])
    if (view.size > gpu.bindingBytes) throw memoryFull(`${view.size} bytes in one binding`);
  return {
    images,
    chunkRows,
    views,
    encoded: encoderBuffers({ arena, network }, images),
    chunk: chunkViews(arena, network, chunkRows, options),
  };
}
