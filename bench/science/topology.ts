// Does a loop of states stay a loop in z? States 0 … n−1 follow each other, the first comes after the last. `means`: n×zDim.
import { Matrix, SVD } from 'ml-matrix';

/** How many states have, of all others, the one before or the one after nearest. */
export function adjacency(means: Float64Array, zDim: number): number {
  const states = means.length / zDim;
  let kept = 0;
  for (let a = 0; a < states; a++) {
    let [nearest, least] = [-1, Infinity];
    for (let b = 0; b < states; b++) {
      if (a === b) continue;
      let distance = 0;
      for (let d = 0; d < zDim; d++) distance += (means[a * zDim + d] - means[b * zDim + d]) ** 2;
      if (distance < least) [nearest, least] = [b, distance];
    }
    const step = (nearest - a + states) % states;
    if (step === 1 || step === states - 1) kept++;
  }
  return kept;
}

/** How often the states go round their middle in the plane of their first two principal components; the sign is that of the plane. */
export function windingNumber(means: Float64Array, zDim: number): number {
  const states = means.length / zDim;
  const centred = new Matrix(
    Array.from({ length: states }, (_, a) => Array.from(means.subarray(a * zDim, (a + 1) * zDim))),
  );
  centred.center('column');
  const { leftSingularVectors: u, diagonal } = new SVD(centred);
  const angle = (a: number) => Math.atan2(u.get(a, 1) * diagonal[1], u.get(a, 0) * diagonal[0]);
  let turned = 0;
  for (let a = 0; a < states; a++) {
    const step = angle((a + 1) % states) - angle(a);
    turned += step - 2 * Math.PI * Math.round(step / (2 * Math.PI));
  }
  return Math.round(turned / (2 * Math.PI));
}
