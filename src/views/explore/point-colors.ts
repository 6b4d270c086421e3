// A colour for every particle as RGBA bytes, and the scale of the colour bar beside the landscape.
import type { ThemeColors } from '../../ui/theme-colors.ts';
import { hexOf } from '../../viewer3d/css-color.ts';

export interface PointColoring {
  /** One number a particle; null for one colour. */
  values: ArrayLike<number> | null;
  /** Where the numbers are classes: the colour of each; −1 belongs to none. Null for a scale. */
  classColors: readonly string[] | null;
  /** Angles from −180° to 180°, whose ends have one colour. */
  isCyclic: boolean;
}

/** A colour for each cluster: the theme's ten, then evenly turned hues. */
export function clusterColors(k: number, categories: readonly string[]): string[] {
  return placeColors(
    Array.from({ length: k }, (_, i) => i),
    categories,
  );
}

/** The same by places in the palette, from 0. */
export function placeColors(places: readonly number[], categories: readonly string[]): string[] {
  return places.map((i) =>
    i < categories.length ? categories[i] : `hsl(${Math.round((i * 137.508) % 360)}, 55%, 58%)`,
  );
}

const NUMBERS: Record<'dark' | 'light', string[]> = {
  dark: ['#4058c4', '#3d8fd1', '#3fbfb0', '#8fd272', '#ecd05f', '#f3934f', '#e05f5f'],
  light: ['#31409f', '#2473b8', '#1f9a8d', '#5fa83f', '#c9a316', '#d4702a', '#b93434'],
};
const ANGLES = ['#d0617a', '#c9a13e', '#5aa867', '#3f8fc0', '#8a6bd0', '#d0617a'];

export function scaleColors(coloring: PointColoring, theme: 'dark' | 'light'): readonly string[] {
  return coloring.isCyclic ? ANGLES : NUMBERS[theme];
}

/** The ends of the scale: the whole turn for an angle, else the 1st and 99th percentile. */
export function scaleLimits(coloring: PointColoring): [number, number] {
  return coloring.isCyclic ? [-180, 180] : colorLimits(coloring.values ?? []);
}

/** The 1st and 99th percentile of up to 20,000 of the values, so that outliers do not flatten the colours. */
export function colorLimits(values: ArrayLike<number>): [number, number] {
  const step = Math.max(1, Math.floor(values.length / 20_000));
  const sample: number[] = [];
  for (let i = 0; i < values.length; i += step) if (Number.isFinite(values[i])) sample.push(values[i]);
  sample.sort((a, b) => a - b);
  if (sample.length === 0) return [0, 1];
  const at = (share: number) => sample[Math.round(share * (sample.length - 1))];
  const [low, high] = [at(0.01), at(0.99)];
  return high > low ? [low, high] : [low - 0.5, low + 0.5];
}

export function hasColorBar(coloring: PointColoring): boolean {
  return coloring.values !== null && coloring.classColors === null;
}

type Rgb = readonly [number, number, number];

function rgbOf(cssColor: string): Rgb {
  const hex = Number.parseInt(hexOf(cssColor).slice(1), 16);
  return [hex >> 16, (hex >> 8) & 255, hex & 255];
}

const STEPS = 256;
/** Particles of no class are drawn at this share of the others' opacity. */
const QUIET = 90;

/** count×4 bytes. A value that is not finite, or a class that is not there, is quiet. */
export function pointColors(coloring: PointColoring, count: number, theme: ThemeColors): Uint8Array {
  const { values, classColors } = coloring;
  const bytes = new Uint8Array(count * 4);
  const quiet = rgbOf(theme.textQuiet);
  const table = !values
    ? [rgbOf(theme.accent)]
    : classColors
      ? classColors.map(rgbOf)
      : ramp(scaleColors(coloring, theme.theme).map(rgbOf));
  const [low, high] = values && !classColors ? scaleLimits(coloring) : [0, 1];
  const perUnit = (STEPS - 1) / (high - low);
  for (let i = 0; i < count; i++) {
    let entry = 0;
    if (values && classColors) entry = values[i];
    else if (values) entry = Math.round(Math.min(STEPS - 1, Math.max(0, (values[i] - low) * perUnit)));
    const known: Rgb | undefined = table[entry];
    const [red, green, blue] = known ?? quiet;
    const at = 4 * i;
    bytes[at] = red;
    bytes[at + 1] = green;
    bytes[at + 2] = blue;
    bytes[at + 3] = known ? 255 : QUIET;
  }
  return bytes;
}

/** STEPS colours, straight between the given ones. */
function ramp(stops: readonly Rgb[]): Rgb[] {
  return Array.from({ length: STEPS }, (_, i) => {
    const place = (i / (STEPS - 1)) * (stops.length - 1);
    const first = Math.min(stops.length - 2, Math.floor(place));
    const mix = (channel: 0 | 1 | 2) =>
      Math.round(stops[first][channel] + (place - first) * (stops[first + 1][channel] - stops[first][channel]));
    return [mix(0), mix(1), mix(2)];
  });
}

/** A single colour as numbers from 0 to 1, for the shader. */
export function unitColor(cssColor: string): [number, number, number] {
  const [red, green, blue] = rgbOf(cssColor);
  return [red / 255, green / 255, blue / 255];
}
