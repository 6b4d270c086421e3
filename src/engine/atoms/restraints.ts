// Restraints of a coarse-grained model (Cryofold, thesis eq. 7.3): harmonic bonds along the backbone, and side chains that are held
// only where they leave further than any of the reference does.

/** Pairs of centres and what is asked of their distances, in Å. */
export interface Restraints {
  /** 2·M centres: bonds of `bondLengths` (M), Å. */
  bonds: Int32Array;
  bondLengths: Float32Array;
  /** 2·S centres: no further apart than `sideLimit`, Å. */
  sides: Int32Array;
  sideLimit: number;
}

/**
 * `strength`/n·Σ (d − d₀)² over the n restraints of each of the two kinds, in Å², of positions (3N, Å); its derivatives are added to `gradient` (3N).
 */
export function restraintEnergy(
  { bonds, bondLengths, sides, sideLimit }: Restraints,
  positions: ArrayLike<number>,
  strength: number,
  gradient: Float64Array,
): number {
  if (strength === 0) return 0;
  const pairs = (list: Int32Array, excess: (distance: number, pair: number) => number): number => {
    const each = strength / Math.max(1, list.length / 2);
    let energy = 0;
    for (let pair = 0; 2 * pair < list.length; pair++) {
      const [a, b] = [3 * list[2 * pair], 3 * list[2 * pair + 1]];
      const dx = positions[a] - positions[b];
      const dy = positions[a + 1] - positions[b + 1];
      const dz = positions[a + 2] - positions[b + 2];
      const distance = Math.hypot(dx, dy, dz);
      const off = excess(distance, pair);
      if (off === 0 || distance === 0) continue;
      energy += each * off * off;
      const factor = (2 * each * off) / distance;
      gradient[a] += factor * dx;
      gradient[a + 1] += factor * dy;
      gradient[a + 2] += factor * dz;
      gradient[b] -= factor * dx;
      gradient[b + 1] -= factor * dy;
      gradient[b + 2] -= factor * dz;
    }
    return energy;
  };
  return (
    pairs(bonds, (distance, pair) => distance - bondLengths[pair]) +
    pairs(sides, (distance) => Math.max(0, distance - sideLimit))
  );
}
