// The particle nearest to each of a few z: the on-data points at which maps are worth decoding.

/** For each of m targets (m×zDim) the row of mu (N×zDim) at the smallest Euclidean distance, the first of equals. */
export function nearestRows(mu: Float32Array, zDim: number, targets: Float32Array): Uint32Array {
  const count = zDim > 0 ? Math.floor(mu.length / zDim) : 0;
  const m = zDim > 0 ? Math.floor(targets.length / zDim) : 0;
  const nearest = new Uint32Array(m);
  for (let t = 0; t < m; t++) {
    let best = Infinity;
    for (let row = 0; row < count; row++) {
      let distance = 0;
      for (let d = 0; d < zDim && distance < best; d++) {
        const difference = mu[row * zDim + d] - targets[t * zDim + d];
        distance += difference * difference;
      }
      if (distance < best) {
        best = distance;
        nearest[t] = row;
      }
    }
  }
  return nearest;
}
