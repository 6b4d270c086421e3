// The header that the scorer writes into its memory and every thread's kernels read: one 32-bit word a field, at
// HEADER_ADDRESS. TypeScript and AssemblyScript both import this file. Pointers are byte addresses; f32 fields are said so.
// A row is one slice or one (image, translation); columns are the points' numbers, Re and Im in turn.

export const enum Scoring {
  /** Points of the band, those that count now, and their coordinates in Fourier pixels over the box (cycles a pixel, f32). */
  allPoints,
  points,
  pointX,
  pointY,
  /** f32: steps of a cube by cycles a pixel: oversampling × D. */
  cubeScale,
  reach,
  cubes,
  cubeBytes,
  /** Rows of slices, and rotations of one volume; padded rows are a multiple of 32. */
  slices,
  perVolume,
  paddedSlices,
  rotations,
  /** Slices given instead of rotations: slices×points×2, or 0. */
  given,
  /** A chunk's images: c·y (count×allPoints×2) and c² (count×allPoints). */
  count,
  images,
  squaredCtf,
  /** Translations and their padding to 4; phases [padded/4][points][cos×4, sin×4]. */
  translations,
  paddedTranslations,
  translationList,
  phases,
  /** Moved images [image][padded/4][2·points][4], and turned: [⌈2·points/4⌉][image·padded][4]. */
  moved,
  movedBytes,
  turned,
  /** c² of four images side by side [count/4][points][4], and of four points [points/4][images padded to 4][4]. */
  ctfOfImages,
  ctfOfPoints,
  /** Errors count×paddedSlices (f32) and numbers of translations (i32). */
  errors,
  bestTranslations,
  /** Panels of own slices: records of image, first slice, slices (i32), centre x and y in pixels (f32), volume (i32). */
  panels,
  panelCount,
  /** Of an expectation. f32: 1 / variance. Logarithms of weights [panel][image·padded][8]. */
  inverseVariance,
  weights,
  weightStride,
  /** [panel][count] of f32: largest logarithm, Σw, Σw², Σw·log; i32: where the largest is (translation·8 + lane). */
  peaks,
  sums,
  squareSums,
  logSums,
  peakPlaces,
  /** Image totals: largest logarithm, 1/Σw (count f32 each). */
  imagePeak,
  imageScale,
  numerator,
  numeratorStride,
  denominator,
  denominatorStride,
  /** Scratch of a thread. */
  arenas,
  arenaBytes,
  sliceStride,
  length,
}
/** Words of one record of `panels`. */
export const OWN_PANEL_WORDS = 6;
/** Panels of 8 slices that one piece of work takes. */
export const PANELS_A_BLOCK = 4;
