// Frequencies of the gaussian encoding spread evenly instead of drawn one by one. A sine and a cosine of k say the same as those of
// −k, so directions lie on half of the sphere. On reference/hinge the seed moves what an encoder reaches by a third of what it
// does with frequencies drawn at random (bench/RESULTS.md).
import type { Random } from '../../geometry/random.ts';
import { matrixFromQuaternion } from '../../geometry/rotation.ts';

/** Steps of a sequence that fills a square evenly: g⁻² and g⁻³ of the root g of x⁴ = x + 1 (Roberts' sequence in three dimensions). */
const STEPS = [0.671043606703789, 0.5497004779019702];
/** Radii in units of σ; beyond the last lies less than 10⁻⁷ of all. */
const RADIUS_STEP = 1e-3;
const LAST_RADIUS = 6;

/**
 * `count`×3 wave vectors whose lengths are the quantiles of that of a normal vector of standard deviation `sigma` (Maxwell's
 * distribution), in directions spread over half of the sphere, turned and moved on by chance.
 */
export function evenFrequencies(count: number, sigma: number, random: Random): Float32Array {
  const start = [random.uniform(), random.uniform(), random.uniform()];
  const quaternion = Array.from({ length: 4 }, () => random.normal());
  const norm = Math.hypot(...quaternion);
  const [w, x, y, z] = quaternion.map((value) => value / norm);
  const turn = new Float64Array(9);
  matrixFromQuaternion({ w, x, y, z }, turn, 0);
  const radii = maxwellQuantiles(count, start[0]);
  const out = new Float32Array(3 * count);
  for (let i = 0; i < count; i++) {
    const [cosine, part] = STEPS.map((step, k) => (start[k + 1] + (i + 1) * step) % 1);
    const sine = Math.sqrt(1 - cosine * cosine);
    const angle = 2 * Math.PI * part;
    const direction = [sine * Math.cos(angle), sine * Math.sin(angle), cosine];
    for (let row = 0; row < 3; row++)
      out[3 * i + row] =
        sigma * radii[i] * direction.reduce((sum, value, column) => sum + turn[3 * row + column] * value, 0);
  }
  return out;
}

/** The length of a normal vector of variance 1 below which a part (i + offset) / count of them lie, by i. */
function maxwellQuantiles(count: number, offset: number): Float64Array {
  const density = (r: number) => Math.sqrt(2 / Math.PI) * r * r * Math.exp((-r * r) / 2);
  const out = new Float64Array(count).fill(LAST_RADIUS);
  let [below, i] = [0, 0];
  for (let r = 0; r < LAST_RADIUS && i < count; r += RADIUS_STEP) {
    const more = RADIUS_STEP * density(r + RADIUS_STEP / 2);
    for (; i < count && (i + offset) / count < below + more; i++)
      out[i] = r + (RADIUS_STEP * ((i + offset) / count - below)) / more;
    below += more;
  }
  return out;
}
