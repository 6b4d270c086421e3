// Synthetic training batches of a given box for the benchmarks of a step: noise images, random poses, one CTF each.
import type { ImageBatch, ModelSpec } from '../src/engine/engine.ts';
import { makeLattice } from '../src/imaging/lattice.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';

export function syntheticBatch(spec: ModelSpec, count: number, seed: number): ImageBatch {
  const random = new Random(seed);
  const points = makeLattice(spec.boxPixels).points;
  const rotations = randomRotations(random, count);
  const ctf = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) {
    const defocus = 10000 + 15000 * random.uniform();
    ctf.set([spec.boxPixels, 4, defocus, defocus + 300, 30, 300, 2.7, 0.1, 0], 9 * i);
  }
  return {
    count,
    images: random.fillNormal(new Float32Array(count * points)),
    rotations,
    translations: random.fillNormal(new Float32Array(2 * count)).map((v) => 0.02 * v),
    ctf,
    noise: random.fillNormal(new Float32Array(count * spec.zDim)),
  };
}
