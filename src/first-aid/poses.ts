// Whether poses belong to their images: under the given ones images agree better than under those of other images, and than under the
// transposed ones, which another convention would write.
import { inWords, measure, type Finding } from './finding.ts';
import type { PosedImages } from './posed.ts';
import { pairedErrors } from './statistics.ts';

/** Standard errors of the paired difference; chance passes once in two million. */
export const CERTAIN = 5;

export const NO_POSES: Finding = {
  ...{ check: 'poses', verdict: 'cannot say', measures: [] },
  sentence: 'There are no poses.',
  advice: 'First look and known poses need them; Ab initio finds them from the images.',
};

export async function checkPoses(posed: PosedImages): Promise<Finding> {
  const { given, scores, under } = posed;
  const others = await under({ rotations: ofOthers(given.rotations) });
  const transposed = await under({ rotations: transposedOf(given.rotations) });
  const overOthers = pairedErrors(scores, others);
  const overTransposed = pairedErrors(scores, transposed);
  const measures = [
    measure('over poses of other images', overOthers, 'standard errors'),
    measure('over transposed poses', overTransposed, 'standard errors'),
  ];
  const base = { check: 'poses' as const, measures };
  if (overTransposed < -CERTAIN && pairedErrors(transposed, others) > CERTAIN)
    return {
      ...base,
      verdict: 'wrong',
      sentence: `Images agree better when each rotation is transposed (${inWords(-overTransposed)} standard errors): the poses are of another convention.`,
      advice: 'Transpose the matrices, or convert the poses anew from the program’s own table.',
    };
  if (overOthers < CERTAIN)
    return {
      ...base,
      verdict: scores.length >= 1000 ? 'look' : 'cannot say',
      sentence: `The images agree no better at their own poses than at those of other images (${inWords(overOthers)} standard errors).`,
      advice:
        'Look whether poses and images are in the same order; of round or very noisy particles this need not mean anything.',
    };
  return {
    ...base,
    verdict: 'good',
    sentence: `Poses belong to their images: at them halves of the images agree, at the poses of other images they do not (${inWords(overOthers)} standard errors).`,
    advice: null,
  };
}

/** Poses moved on by a third of the set, so that no image keeps its own. */
function ofOthers(rotations: Float32Array): Float32Array {
  const count = rotations.length / 9;
  const step = 9 * Math.max(1, Math.floor(count / 3));
  const out = new Float32Array(rotations.length);
  out.set(rotations.subarray(step));
  out.set(rotations.subarray(0, step), rotations.length - step);
  return out;
}

function transposedOf(rotations: Float32Array): Float32Array {
  return Float32Array.from(rotations, (_, at) => {
    const [first, row, column] = [at - (at % 9), Math.floor((at % 9) / 3), at % 3];
    return rotations[first + 3 * column + row];
  });
}
