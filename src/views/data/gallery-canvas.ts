// Draws particle images as a grid on a canvas: grey from −c to +c standard deviations.
import type { ImageTiles } from '../../../workers/contract.ts';

export interface GalleryGrid {
  columns: number;
  rows: number;
  /** Side of a cell in CSS pixels, without the gap. */
  cell: number;
}
export const GAP = 4;

/** As many square cells of about `wanted` pixels as fit. */
export function gridFor(width: number, height: number, wanted: number): GalleryGrid {
  const columns = Math.max(1, Math.round((width + GAP) / (wanted + GAP)));
  const cell = Math.max(16, Math.floor((width + GAP) / columns - GAP));
  return { columns, rows: Math.max(1, Math.floor((height + GAP) / (cell + GAP))), cell };
}

/** Cell under a point of the canvas, or null between cells. */
export function cellAt(grid: GalleryGrid, x: number, y: number): number | null {
  const pitch = grid.cell + GAP;
  const column = Math.floor(x / pitch);
  const row = Math.floor(y / pitch);
  if (column < 0 || row < 0 || column >= grid.columns || row >= grid.rows) return null;
  if (x - column * pitch > grid.cell || y - row * pitch > grid.cell) return null;
  return row * grid.columns + column;
}

/** 8-bit grey of one image (mean 0, standard deviation 1). */
export function greyOf(
  pixels: Float32Array,
  first: number,
  count: number,
  contrast: number,
): Uint8ClampedArray<ArrayBuffer> {
  const rgba = new Uint8ClampedArray(count * 4);
  const scale = 127.5 / contrast;
  for (let i = 0; i < count; i++) {
    const grey = 127.5 + pixels[first + i] * scale;
    rgba[4 * i] = grey;
    rgba[4 * i + 1] = grey;
    rgba[4 * i + 2] = grey;
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/** How tiles are shown: `contrast` in standard deviations from grey to white, `mat` the colour behind them. */
interface GalleryLook {
  contrast: number;
  mat: string;
}

/** Draws the first `count` tiles; those that are not there yet are left as mat. */
export function drawGallery(
  canvas: HTMLCanvasElement,
  grid: GalleryGrid,
  tiles: ImageTiles | null,
  count: number,
  { contrast, mat }: GalleryLook,
): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const pitch = grid.cell + GAP;
  canvas.style.width = `${grid.columns * pitch - GAP}px`;
  canvas.width = Math.round((grid.columns * pitch - GAP) * ratio);
  canvas.height = Math.round((grid.rows * pitch - GAP) * ratio);
  context.scale(ratio, ratio);
  context.imageSmoothingQuality = 'high';
  const side = tiles?.boxPixels ?? 0;
  const scratch = tiles ? new OffscreenCanvas(side, side) : null;
  const scratchContext = scratch?.getContext('2d') ?? null;
  for (let i = 0; i < Math.min(count, grid.columns * grid.rows); i++) {
    const x = (i % grid.columns) * pitch;
    const y = Math.floor(i / grid.columns) * pitch;
    context.fillStyle = mat;
    context.fillRect(x, y, grid.cell, grid.cell);
    if (!tiles || !scratch || !scratchContext || (i + 1) * side * side > tiles.pixels.length) continue;
    const grey = greyOf(tiles.pixels, i * side * side, side * side, contrast);
    scratchContext.putImageData(new ImageData(grey, side, side), 0, 0);
    context.drawImage(scratch, x, y, grid.cell, grid.cell);
  }
}
