// How well slices of volumes fit images: the compute behind pose search and expectation–maximisation (cryoDRGN2, Zhong et
// al. 2021, Algorithm 2; Scheres 2012). With y an image's Fourier coefficients, c its CTF, S a slice and t a translation,
//   error(r, t) = |c·S_r − y_t|² − |y|² = Σ c²|S_r|² − 2 Σ c·Re(conj(y_t)·S_r),   y_t(k) = y(k)·exp(−2πi k·t/D),
// sums over one half of the plane inside a band limit. The second term is a matrix product of slices with translated
// images. Makers: wasm, wgsl; twin.ts is the formula as it stands.

/**
 * The half plane (y < 0, or y = 0 and x < 0) inside a band, nearest to the origin first: a lower band limit is the first
 * points of it. Zero frequency excluded.
 */
export interface SearchPoints {
  /** D, the box that the frequencies belong to. */
  boxPixels: number;
  /** n. */
  count: number;
  /** Whole Fourier pixels. */
  x: Float32Array;
  y: Float32Array;
  /** |k| in Fourier pixels, ascending. */
  radius: Float32Array;
}

/**
 * Fourier coefficients of a volume on a cube finer than the lattice. The coefficient at k (Fourier pixels) lies at step
 * oversampling·k + reach of each axis. Slices are taken from it by trilinear interpolation.
 */
export interface FourierCube {
  /** Steps a Fourier pixel. */
  oversampling: number;
  /** Steps from the origin to each side; the cube has 2·reach + 1 a side. */
  reach: number;
  /** [z][y][x] complex, (Re, Im) interleaved: 2·(2·reach+1)³. */
  values: Float32Array;
}

/** Images to be compared, B of them. */
export interface SearchImages {
  count: number;
  /** B×n×2 (Re, Im) Fourier coefficients at the points. */
  values: Float32Array;
  /** B×n; null for one everywhere. */
  ctf: Float32Array | null;
  /**
   * B×4, where slices of the images lie elsewhere than rotations say (imaging/image-optics.ts). Scorers take slices as they are
   * told of them: whoever tells multiplies the warps into rotations.
   */
  warps?: Float32Array | null;
}

/** Where slices come from: rotations into the volumes that are set, or the slices themselves. */
export type SliceSource =
  | { rotations: Float32Array; slices?: undefined }
  /** n×2 a slice at the first `points` points of each: …×points×2. */
  | { rotations?: undefined; slices: Float32Array };

/** Images against the same slices: every image with every slice and translation. */
export interface SharedRequest {
  /** Every image is compared with every slice: R×9 rotations (of each volume), or R×points×2. */
  source: SliceSource;
  /** T×2 translations in pixels, x and y, added to the image's content. T ≤ 65535. */
  translations: Float32Array;
  /** How many of the points count. */
  points: number;
}

/** Images against slices of their own: each image with the rotations and translations listed for it. */
export interface OwnRequest {
  /** Each image is compared with Q slices of its own: B×Q×9 rotations, or B×Q×points×2. */
  source: SliceSource;
  /** Q. */
  perImage: number;
  /** B×Q×2 pixels: the centre that the translations of each slice lie around. */
  centres: Float32Array;
  /** T×2 pixels, added to the centre. */
  offsets: Float32Array;
  points: number;
  /** B numbers of the volume that an image's rotations point into; null for the first. */
  volumes?: Uint32Array | null;
}

/** Least error over the translations, and which one has it. */
export interface Scores {
  /** B×(V·R) for shared slices (all rotations of volume 0 first), B×Q for own. */
  errors: Float32Array;
  translations: Uint16Array;
}

/** One step of expectation over all slices and translations with one noise variance (Scheres 2012; RELION's E step). */
export interface ExpectationRequest {
  /** R×9, taken from each of the V volumes. */
  rotations: Float32Array;
  translations: Float32Array;
  points: number;
  /** Posterior ∝ exp(−error / variance): twice the noise's variance a component. */
  variance: number;
}

/** Posterior over volumes × rotations × translations of each image, and its weighted sums. */
export interface Expectation {
  /** V·R×points×2: Σ over images and translations of weight·c·y_t. */
  numerator: Float32Array;
  /** V·R×points: Σ of weight·c². */
  denominator: Float32Array;
  /** B numbers v·R + r of the pose with the largest weight, and of its translation. */
  bestRotation: Uint32Array;
  bestTranslation: Uint16Array;
  /** B: log Σ exp(−error/variance) over all poses. */
  logEvidence: Float32Array;
  /** B: 1/Σ weight², how many poses share an image. */
  effectivePoses: Float32Array;
  /** B: Σ weight·error. */
  expectedError: Float32Array;
}

/** One search's compute: points fixed when it is made, volumes and images set as they change. Calls come one at a time. */
export interface PoseScorer {
  readonly points: SearchPoints;
  /** All of one geometry. */
  setVolumes(cubes: readonly FourierCube[]): Promise<void>;
  setImages(images: SearchImages): Promise<void>;
  scoreShared(request: SharedRequest): Promise<Scores>;
  scoreOwn(request: OwnRequest): Promise<Scores>;
  expect(request: ExpectationRequest): Promise<Expectation>;
  dispose(): void;
}
