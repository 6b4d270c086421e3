// The header that factor sums write into their memory and every thread's kernels read: one 32-bit word a field, at HEADER_ADDRESS.
// TypeScript and AssemblyScript both import this file. Pointers are byte addresses; f32 fields are said so. F factors; a vector is
// four floats.

export const enum Factor {
  /** D; points of the lattice P, and of the half plane inside the band n, padded to 4. */
  boxPixels,
  allPoints,
  points,
  paddedPoints,
  /** n each, padded: i32 number in the lattice, f32 x and y in Fourier pixels, i32 ring. */
  pointNumber,
  pointX,
  pointY,
  pointRing,
  /** band + 1. */
  rings,
  /** f32: points of each ring (rings). */
  ringMembers,
  /** Of the half cube: f32 steps a Fourier pixel; reach, side; i32 rowStart [(reach+1)·side]. */
  oversampling,
  reach,
  side,
  rowStart,
  factors,
  /** Coefficients [V][cubeVectors·4]: Re, Im of each factor in turn. */
  cubeVectors,
  cubes,
  /** Sums [V][sumVectors·4]: firstVectors of real parts, as many of imaginary parts, then the entries;
   *  of one factor one vector: real part, imaginary part, entry, 0. */
  firstVectors,
  sumVectors,
  sums,
  /** f32 1/σ² [groups][rings]. */
  precision,
  /** A batch: Hartley values count×P; pixels count×2 or 0; rows count×9 or 0, count×10 or 0; count×9; i32 group. */
  count,
  images,
  translations,
  ctf,
  optics,
  rotations,
  groups,
  /** Prepared: centred coefficients count×n×2, transfer count×n. */
  values,
  transfer,
  /** count × (F+1)(F+2)/2. */
  products,
  /** count × sumVectors·4: moments as the sums have them, real and imaginary parts the same. */
  moments,
  /** count×F, and count×rings. */
  coefficients,
  residuals,
  /** Of an insertion: u16 plane of each point [count][n]; i32 counts and places [threads][planes]; i32 starts [planes + 1];
   *  u32 image·2¹⁶ + point, by plane. */
  planeOf,
  planeCounts,
  planePlaces,
  planeStarts,
  entries,
  /** Scratch of a thread. */
  arenas,
  arenaBytes,
  length,
}
