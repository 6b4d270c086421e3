// Whether particles look white on dark: mean of the middle of the image against its border, over about 100 images.
import type { ImageReader } from '../particles.ts';

const SAMPLE = 100;

/** True for white on dark, false for dark on white, null where the difference is within three standard errors. */
export async function looksWhite(reader: ImageReader, signal?: AbortSignal): Promise<boolean | null> {
  const count = Math.min(SAMPLE, reader.count);
  if (count === 0) return null;
  const rows = Array.from({ length: count }, (_, i) => Math.floor((i * reader.count) / count));
  const images = await reader.read(rows, signal);
  const d = reader.boxPixels;
  const middle: number[] = [];
  const border: number[] = [];
  for (let y = 0; y < d; y++)
    for (let x = 0; x < d; x++) {
      const radius = Math.hypot(x - d / 2, y - d / 2) / (d / 2);
      if (radius < 0.4) middle.push(y * d + x);
      else if (radius > 0.8) border.push(y * d + x);
    }
  const differences: number[] = [];
  for (let i = 0; i < count; i++) {
    const mean = (places: number[]) =>
      places.reduce((sum, place) => sum + images[i * d * d + place], 0) / places.length;
    const difference = mean(middle) - mean(border);
    if (Number.isFinite(difference)) differences.push(difference);
  }
  if (differences.length < 2) return null;
  const mean = differences.reduce((sum, value) => sum + value, 0) / differences.length;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (differences.length - 1);
  const standardError = Math.sqrt(variance / differences.length);
  return Math.abs(mean) > 3 * standardError ? mean > 0 : null;
}
