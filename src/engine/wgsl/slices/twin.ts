// The twin of the slices: what ../../batch.ts and ../../slices.ts make of the same batch on the CPU, in the kernels' layout.
import { BatchPrologue } from '../../batch.ts';
import type { ImageBatch } from '../../engine.ts';
import { coordinatesOfImage, type SliceLayout } from '../../slices.ts';
import { padded } from '../parameters/layout.ts';

/** What the kernels of slices compute, as plain arrays. */
export interface SlicesOnCpu {
  /** B·R × 4. */
  points: Float32Array;
  /** B·R × channels. */
  targets: Float32Array;
  /** B·R. */
  transfer: Float32Array;
  /** B × padded(encoderInputs). */
  encoderInput: Float32Array;
}

/** The same in float64 from the formulas of docs/CONVENTIONS.md. */
export function slicesOnCpu(layout: SliceLayout, batch: ImageBatch): SlicesOnCpu {
  const { rowsPerImage, channels, encoderInputs } = layout;
  const prepared = new BatchPrologue(layout, true).prepare(batch);
  const rows = batch.count * rowsPerImage;
  const coordinates = new Float32Array(3 * rows);
  for (let image = 0; image < batch.count; image++) {
    const first = image * rowsPerImage;
    coordinatesOfImage(
      layout,
      { rotations: batch.rotations, at: 9 * image, flips: prepared.flips, flipsAt: first },
      { out: coordinates, outAt: 3 * first },
    );
  }
  const points = new Float32Array(4 * rows);
  for (let row = 0; row < rows; row++)
    points.set([...coordinates.subarray(3 * row, 3 * row + 3), prepared.flips[row] ? -1 : 1], 4 * row);
  const width = padded(encoderInputs);
  const encoderInput = new Float32Array(batch.count * width);
  for (let image = 0; image < batch.count; image++) {
    const from = image * encoderInputs;
    encoderInput.set(prepared.encoderInput.subarray(from, from + encoderInputs), image * width);
  }
  const transfer = Float32Array.from({ length: rows }, (_, row) => prepared.ctf[channels * row]);
  return { points, targets: prepared.targets, transfer, encoderInput };
}
