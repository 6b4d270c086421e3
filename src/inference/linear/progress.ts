// What a fit of a linear model tells while it goes on.

/** How a fit goes on, after each iteration. */
export interface LinearProgress {
  iteration: number;
  iterations: number;
  /** Fourier pixels that were used. */
  bandPixels: number;
  /** Mean log evidence of an image over that of the mean map alone. */
  evidenceGain: number;
  /** q: norm of each component over that of the mean map, descending: the scree. */
  scree: Float32Array;
  seconds: number;
}

/** What is to be seen of a fit after an iteration. */
export interface LinearPicture {
  /** Means of the latents of every `stride`-th image from the first on, q each, in the components' order before it. */
  latents: Float32Array;
  stride: number;
  /** The mean map, d³ [z][y][x] in the units of the prepared images; shared with the fit: not to be changed or given away. */
  mean: Float32Array;
  mapPixels: number;
}
