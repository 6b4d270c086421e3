// Maps as pictures: central slices across the three axes in rows, or one projection a step along a trajectory.
// Maps are [z][y][x]; pictures show y downwards as image viewers of the field do. Grey runs over all maps of a figure
// alike, from the 1st to the 99.9th percentile of what is shown, so that maps can be compared by eye.
import { svg, text } from './frame.ts';
import { pngDataUri } from './png.ts';

export interface LabelledMap {
  label: string;
  boxPixels: number;
  values: Float32Array;
}

/** One row a map: slices through its centre across z, y and x. */
export function slicesFigure(title: string, maps: LabelledMap[], tilePixels = 128): string {
  const rows = maps.map((map) => ({
    label: map.label,
    tiles: (['z', 'y', 'x'] as const).map((axis) => centralSlice(map.values, map.boxPixels, axis)),
  }));
  return montage(title, ['across z', 'across y', 'across x'], rows, maps[0]?.boxPixels ?? 1, tilePixels);
}

/** Projections along z of the maps of a trajectory, left to right, at most `across` in a row. */
export function trajectoryFigure(title: string, maps: LabelledMap[], across = 10, tilePixels = 96): string {
  const rows = [];
  for (let first = 0; first < maps.length; first += across) {
    const some = maps.slice(first, first + across);
    const label = some.length > 1 ? `${some[0].label} to ${some[some.length - 1].label}` : some[0].label;
    rows.push({ label, tiles: some.map((map) => projection(map.values, map.boxPixels)) });
  }
  return montage(title, [], rows, maps[0]?.boxPixels ?? 1, tilePixels);
}

/** D×D, the axis that is cut at D/2 left out; the later of the remaining axes (x before y before z) runs down. */
export function centralSlice(values: Float32Array, d: number, axis: 'x' | 'y' | 'z'): Float32Array {
  const middle = d >> 1;
  return Float32Array.from({ length: d * d }, (_, i) => {
    const [across, down] = [i % d, Math.floor(i / d)];
    if (axis === 'z') return values[(middle * d + down) * d + across];
    if (axis === 'y') return values[(down * d + middle) * d + across];
    return values[(down * d + across) * d + middle];
  });
}

/** D×D sums over z. */
export function projection(values: Float32Array, d: number): Float32Array {
  const sums = new Float32Array(d * d);
  for (let v = 0; v < values.length; v++) sums[v % (d * d)] += values[v];
  return sums;
}

function montage(
  title: string,
  columnNames: string[],
  rows: { label: string; tiles: Float32Array[] }[],
  boxPixels: number,
  tile: number,
): string {
  const gap = 6;
  const left = 24;
  const columns = Math.max(1, ...rows.map(({ tiles }) => tiles.length));
  const top = columnNames.length > 0 ? 62 : 44;
  const rowHeight = tile + 26;
  const width = Math.max(320, left * 2 + columns * (tile + gap));
  const { black, white } = greyRange(rows.flatMap(({ tiles }) => tiles));
  const parts = [text(width / 2, 26, title, 'font-size="16" font-weight="600" text-anchor="middle"')];
  columnNames.forEach((name, column) => {
    parts.push(text(left + column * (tile + gap) + tile / 2, top - 10, name, 'text-anchor="middle"'));
  });
  rows.forEach(({ label, tiles }, row) => {
    const y = top + row * rowHeight;
    tiles.forEach((values, column) => {
      const grey = Uint8Array.from(
        values,
        (value) => 255 * Math.min(1, Math.max(0, (value - black) / (white - black))),
      );
      const place = `x="${left + column * (tile + gap)}" y="${y}" width="${tile}" height="${tile}"`;
      parts.push(`<image ${place} href="${pngDataUri(grey, boxPixels, boxPixels, 1)}"/>`);
    });
    parts.push(text(left, y + tile + 16, label));
  });
  return svg(width, top + rows.length * rowHeight + 12, parts.join('\n'));
}

function greyRange(tiles: Float32Array[]): { black: number; white: number } {
  const all = new Float32Array(tiles.reduce((sum, tile) => sum + tile.length, 0));
  let at = 0;
  for (const tile of tiles) {
    all.set(tile, at);
    at += tile.length;
  }
  const sorted = all.filter(Number.isFinite).sort();
  const black = sorted[Math.floor(0.01 * (sorted.length - 1))] ?? 0;
  const white = sorted[Math.ceil(0.999 * (sorted.length - 1))] ?? 1;
  return { black, white: white > black ? white : black + 1 };
}
