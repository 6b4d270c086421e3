// Where a Fourier shell correlation first falls below a threshold.

/** Resolution in Å, interpolated between shells; null where it never does. Shell i is at i / `boxAngstrom`. */
export function resolutionAt(fsc: ArrayLike<number>, threshold: number, boxAngstrom: number): number | null {
  for (let shell = 1; shell < fsc.length; shell++) {
    if (fsc[shell] >= threshold) continue;
    const [above, below] = [fsc[shell - 1], fsc[shell]];
    const at = above > threshold ? shell - 1 + (above - threshold) / (above - below) : shell;
    return at > 0 ? boxAngstrom / at : null;
  }
  return null;
}
