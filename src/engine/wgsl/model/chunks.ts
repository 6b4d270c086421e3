// Which rows of a batch are computed at a time: as many whole images as the budget allows, or equal parts of one image, so
// that activations fit, no binding passes the adapter's limit and no dispatch holds the processor for long. The two images
// of a tilt pair are one here.
import { ROWS_PAD } from '../gpu/kernels.ts';

/** Rows firstRow … firstRow + rows − 1 of a batch. */
export interface Chunk {
  /** First row of the batch. */
  firstRow: number;
  rows: number;
}

/** Whole images while they fit into `mostRows`, else equal parts of each image, multiples of 128 rows. */
export function* chunksOf(images: number, rowsPerImage: number, mostRows: number): Generator<Chunk> {
  const whole = Math.floor(mostRows / rowsPerImage);
  if (whole > 0) {
    // Equal shares: five images in two chunks are three and two, not four and one.
    const share = Math.ceil(images / Math.ceil(images / whole));
    for (let image = 0; image < images; image += share)
      yield { firstRow: image * rowsPerImage, rows: Math.min(share, images - image) * rowsPerImage };
    return;
  }
  const parts = Math.ceil(rowsPerImage / Math.max(ROWS_PAD, mostRows));
  const share = Math.ceil(rowsPerImage / parts / ROWS_PAD) * ROWS_PAD;
  for (let image = 0; image < images; image++)
    for (let row = 0; row < rowsPerImage; row += share)
      yield { firstRow: image * rowsPerImage + row, rows: Math.min(share, rowsPerImage - row) };
}

/** Rows of the largest chunk. */
export function largestChunk(chunks: readonly Chunk[]): number {
  return chunks.reduce((most, { rows }) => Math.max(most, rows), 0);
}
