// A small molecule as a field of atoms, and images of it: what proofs of that kind of field share.
import { FIXED, LEARNED, moleculeShapes } from '../src/engine/atoms/parameters.ts';
import type { AtomsField, ImageBatch, Weights } from '../src/engine/engine.ts';
import { initialAtoms } from '../src/field/atoms/checkpoint.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';
import { makeLattice } from '../src/imaging/lattice.ts';

const RESIDUES = 5;

export interface AtomsCase {
  field: AtomsField;
  weights: Weights;
  batch: ImageBatch;
}

/** A chain of five residues that is bent out of its restraints, and noise as images; `zDim` 0 or more. */
export function atomsCase(zDim: number, boxPixels = 16, images = 3): AtomsCase {
  const random = new Random(11);
  const field: AtomsField = {
    ...{ kind: 'atoms', boxPixels, boxAngstrom: 2.5 * boxPixels, zDim, centres: 2 * RESIDUES },
    ...{ bonds: RESIDUES - 1, sides: RESIDUES, restraintStrength: 0.3, layers: 2, width: 12 },
  };
  const { weights } = initialAtoms(field, random);
  const set = (name: string, values: Iterable<number>) =>
    weights.set(name, { shape: moleculeShapes(field)[name], data: Float32Array.from(values) });
  const draw = (count: number, scale: number) =>
    Array.from({ length: count }, () => scale * (2 * random.uniform() - 1));
  set(
    FIXED.electrons,
    draw(field.centres, 5).map((value) => 20 + value),
  );
  set(FIXED.bonds, Array.from({ length: field.bonds }, (_, i) => [2 * i, 2 * i + 2]).flat());
  set(FIXED.bondLengths, new Array(field.bonds).fill(3.8));
  set(FIXED.sides, Array.from({ length: field.sides }, (_, i) => [2 * i, 2 * i + 1]).flat());
  set(FIXED.sideLimit, [3]);
  set(LEARNED.positions, draw(3 * field.centres, 0.15));
  set(LEARNED.sigma, [1.3 / boxPixels]);
  set(LEARNED.logAmplitude, [-1.2]);
  // A decoder that begins at 0 would hide what goes wrong behind it.
  for (const [name, tensor] of weights)
    if (name.startsWith('decoder') && tensor.data.every((value) => value === 0))
      weights.set(name, { ...tensor, data: Float32Array.from(draw(tensor.data.length, 0.05)) });
  const { points } = makeLattice(boxPixels);
  const ctf = Array.from({ length: images }, () => [
    boxPixels,
    2.5,
    9000 + 4000 * random.uniform(),
    9500,
    30,
    300,
    2.7,
    0.1,
    0,
  ]);
  return {
    field,
    weights,
    batch: {
      count: images,
      images: Float32Array.from(draw(images * points, 3)),
      rotations: randomRotations(random, images),
      translations: Float32Array.from(draw(2 * images, 0.1)),
      ctf: Float32Array.from(ctf.flat()),
      noise: zDim > 0 ? Float32Array.from(draw(images * zDim, 1)) : null,
    },
  };
}
