// The frame every figure stands in: title, axes with round ticks, labels, a legend or a colour scale. Figures are SVG
// strings on white, 640×480 unless said otherwise, in units of CSS pixels.
import { colourOfShare, FAINT, hexOf, INK } from './palette.ts';

export interface Axis {
  label: string;
  min: number;
  max: number;
  /** Ticks at these values instead of round ones. */
  ticks?: { at: number; text: string }[];
}

export interface LegendEntry {
  text: string;
  colour: string;
}

/** The scale of an amount, drawn as a bar beside the figure. */
export interface ColourScale {
  label: string;
  min: number;
  max: number;
}

export interface FrameOptions {
  title: string;
  x: Axis;
  y: Axis;
  width?: number;
  height?: number;
  legend?: LegendEntry[];
  colourScale?: ColourScale;
}

export interface Plane {
  left: number;
  top: number;
  width: number;
  height: number;
  /** Data to pixels. */
  toX(value: number): number;
  toY(value: number): number;
}

/** Draws the frame round what `draw` returns for the plane; whatever leaves the plane is clipped. */
export function frame(options: FrameOptions, draw: (plane: Plane) => string): string {
  const { title, x, y, width = 640, height = 480, legend = [], colourScale } = options;
  // Figures may stand together in one page, where names must differ.
  const id = `plane-${[...title, ...x.label, ...y.label].reduce((hash, c) => (Math.imul(hash, 31) + c.charCodeAt(0)) >>> 0, 7)}`;
  const aside = legend.length > 0 ? 24 + 7 * Math.max(...legend.map(({ text }) => text.length)) : colourScale ? 84 : 0;
  const left = 72;
  const top = 44;
  const plane: Plane = {
    left,
    top,
    width: width - left - 24 - aside,
    height: height - top - 60,
    toX: (value) => left + ((value - x.min) / (x.max - x.min || 1)) * plane.width,
    toY: (value) => top + plane.height - ((value - y.min) / (y.max - y.min || 1)) * plane.height,
  };
  const right = left + plane.width;
  const bottom = top + plane.height;
  const box = `x="${left}" y="${top}" width="${plane.width}" height="${plane.height}"`;
  const parts = [
    `<clipPath id="${id}"><rect ${box}/></clipPath>`,
    text(left + plane.width / 2, 26, title, 'font-size="16" font-weight="600" text-anchor="middle"'),
  ];
  for (const { at, text: label } of x.ticks ?? roundTicks(x.min, x.max)) {
    const px = round(plane.toX(at));
    parts.push(line([px, top], [px, bottom], FAINT), line([px, bottom], [px, bottom + 5], INK));
    parts.push(text(px, bottom + 20, label, 'text-anchor="middle"'));
  }
  for (const { at, text: label } of y.ticks ?? roundTicks(y.min, y.max)) {
    const py = round(plane.toY(at));
    parts.push(line([left, py], [right, py], FAINT), line([left - 5, py], [left, py], INK));
    parts.push(text(left - 9, py + 4, label, 'text-anchor="end"'));
  }
  parts.push(`<g clip-path="url(#${id})">${draw(plane)}</g>`);
  parts.push(`<rect ${box} fill="none" stroke="${INK}"/>`);
  parts.push(text(left + plane.width / 2, bottom + 44, x.label, 'font-size="14" text-anchor="middle"'));
  const middle = top + plane.height / 2;
  parts.push(text(20, middle, y.label, `font-size="14" text-anchor="middle" transform="rotate(-90 20 ${middle})"`));
  legend.forEach(({ text: label, colour }, i) => {
    const py = top + 12 + i * Math.min(20, plane.height / legend.length);
    parts.push(`<circle cx="${right + 20}" cy="${round(py - 4)}" r="5" fill="${colour}"/>`);
    parts.push(text(right + 30, round(py), label));
  });
  if (colourScale) parts.push(scaleBar(colourScale, right + 20, plane));
  return svg(width, height, parts.join('\n'));
}

export function svg(width: number, height: number, body: string): string {
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" ` +
    `font-family="Inter, Helvetica, Arial, sans-serif" font-size="12" fill="${INK}">\n` +
    `<rect width="${width}" height="${height}" fill="#ffffff"/>\n${body}\n</svg>\n`
  );
}

export function text(x: number, y: number, content: string, attributes = ''): string {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return `<text x="${x}" y="${y}" ${attributes}>${escaped}</text>`;
}

type Point = readonly [x: number, y: number];

/** A straight line between two points in pixels of the figure; `dashes` as SVG's stroke-dasharray. */
export function line([x1, y1]: Point, [x2, y2]: Point, colour: string, dashes = ''): string {
  const dashed = dashes ? ` stroke-dasharray="${dashes}"` : '';
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${colour}"${dashed}/>`;
}

/** Two decimals of a pixel are enough, and keep files small. */
export function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Four to eight ticks at 1, 2 or 5 times a power of ten within the range. */
export function roundTicks(min: number, max: number): { at: number; text: string }[] {
  if (!(max > min)) return [{ at: min, text: String(Number(min.toPrecision(4))) }];
  const rough = (max - min) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5].find((factor) => factor * power >= rough) ?? 10);
  const ticks = [];
  for (let n = Math.ceil(min / step - 1e-9); n * step <= max + step * 1e-9; n++) {
    // Adding 0 makes a negative zero plain.
    const at = n * step + 0;
    const digits = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
    const plain = Math.abs(at) < 1e5 && digits <= 4;
    ticks.push({ at, text: plain ? at.toFixed(digits) : at === 0 ? '0' : at.toExponential(1) });
  }
  return ticks;
}

/** A range with a margin of 4 % at both ends; a single value gets one unit. */
export function paddedRange(values: Iterable<number>): { min: number; max: number } {
  let [min, max] = [Infinity, -Infinity];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (min > max) return { min: 0, max: 1 };
  const margin = max > min ? 0.04 * (max - min) : 0.5;
  return { min: min - margin, max: max + margin };
}

function scaleBar({ label, min, max }: ColourScale, left: number, { top, height }: Plane): string {
  const stops = Array.from(
    { length: 17 },
    (_, i) => `<stop offset="${i / 16}" stop-color="${hexOf(colourOfShare(i / 16))}"/>`,
  );
  const middle = top + height / 2;
  const ticks = roundTicks(min, max).map(({ at, text: tick }) => {
    const py = round(top + height - ((at - min) / (max - min || 1)) * height);
    return line([left + 14, py], [left + 18, py], INK) + text(left + 21, py + 4, tick, 'font-size="11"');
  });
  return (
    `<linearGradient id="viridis" x1="0" y1="1" x2="0" y2="0">${stops.join('')}</linearGradient>` +
    `<rect x="${left}" y="${top}" width="14" height="${height}" fill="url(#viridis)" stroke="${INK}"/>${ticks.join('')}` +
    text(left + 62, middle, label, `text-anchor="middle" transform="rotate(90 ${left + 62} ${middle})"`)
  );
}
