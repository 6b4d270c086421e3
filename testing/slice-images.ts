// Images without noise, CTF or shift that a model makes at poses and latents.
import type { FieldModel } from '../src/engine/engine.ts';
import { makeLattice } from '../src/imaging/lattice.ts';

/** N×P Hartley values at the lattice's points; `rotations` N×9, `latents` N×zDim. */
export async function sliceImages(
  model: FieldModel,
  rotations: Float32Array,
  latents: Float32Array,
): Promise<Float32Array> {
  const { boxPixels, zDim } = model.spec;
  const { points, x, y } = makeLattice(boxPixels);
  const count = rotations.length / 9;
  const values = new Float32Array(count * points);
  for (let i = 0; i < count; i++) {
    const places = Float32Array.from({ length: 3 * points }, (_, at) => {
      const [p, axis] = [Math.floor(at / 3), at % 3];
      return x[p] * rotations[9 * i + axis] + y[p] * rotations[9 * i + 3 + axis];
    });
    const slice = await model.evaluate(places, latents.slice(zDim * i, zDim * (i + 1)));
    for (let p = 0; p < points; p++) values[i * points + p] = slice[2 * p] - slice[2 * p + 1];
  }
  return values;
}
