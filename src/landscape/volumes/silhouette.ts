// How well items lie in their clusters: the silhouette (Rousseeuw 1987), (b − a)/max(a, b), a the mean distance of an item to the others of its
// cluster, b the least mean distance to the items of another. Near 1 well inside, 0 between two, below 0 nearer to another. As scikit-learn's.

/** n values; 0 for an item that is alone, NaN throughout for a single cluster. `distances`: n×n; `labels`: n clusters from 0 to count − 1. */
export function silhouettes(distances: Float64Array, labels: ArrayLike<number>, count: number): Float64Array {
  const items = labels.length;
  const sizes = new Uint32Array(count);
  for (let i = 0; i < items; i++) sizes[labels[i]]++;
  const sums = new Float64Array(count);
  return Float64Array.from({ length: items }, (_, i) => {
    if (count < 2) return NaN;
    const own = labels[i];
    if (sizes[own] === 1) return 0;
    sums.fill(0);
    for (let j = 0; j < items; j++) sums[labels[j]] += distances[i * items + j];
    const within = sums[own] / (sizes[own] - 1);
    let other = Infinity;
    for (let c = 0; c < count; c++) if (c !== own && sizes[c] > 0) other = Math.min(other, sums[c] / sizes[c]);
    const most = Math.max(within, other);
    return most > 0 ? (other - within) / most : 0;
  });
}
