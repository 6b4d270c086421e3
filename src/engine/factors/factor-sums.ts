// Images at known poses against slices of several maps at once, and back: the compute behind linear models, chains and
// backprojection. With y_p an image's centred Fourier coefficient at point p of the half plane, c_p its transfer, A_p the trilinear
// reading of a half cube at the point's place in space, and w_p = 1/σ² of the noise there:
//   products of factors a, b:  2 Σ_p w_p Re(conj(u_a) u_b),  u_a = c_p A_p f_a for maps f_0 … f_{F−1}, u_F = y_p;
//   sums at each grid point:   Σ_i A_i*(w c y) first_ia  and  Σ_i A_i*(w c²) second_iab,  A* the exact transpose of A.
// Makers: wasm (threads), wgsl (gathered, no atomics); twin.ts is the formula as it stands.
import type { HalfCube } from './half-cube.ts';

/** What sums are made for. */
export interface FactorRequest {
  /** D of the images; maps may have a smaller box of the same field of view. */
  imagePixels: number;
  grid: HalfCube;
  /** F: maps that are read and written at once. */
  factors: number;
  /** G: groups of images with a noise of their own. */
  groups: number;
}

/** B images of a batch at their poses, as engine.ts has them in an ImageBatch. */
export interface FactorImages {
  count: number;
  /** B×P Hartley values at the lattice's points, as prepared, not centred. */
  images: Float32Array;
  /** B×9, with the magnification multiplied in. */
  rotations: Float32Array;
  /** B×2, fraction of the box; null for none. */
  translations: Float32Array | null;
  /** B×9 rows as CTF_COLUMNS; null for none. */
  ctf: Float32Array | null;
  /** B×10 rows as OPTICS_COLUMNS; without `ctf` it says nothing. */
  optics?: Float32Array | null | undefined;
  /** B numbers of the images' groups, below G; null for the first. */
  groups: Uint8Array | Uint16Array | null;
}

/** Weighted sums of images over the half cube, before they are made Hermitian (`half-cube.ts`). */
export interface GridSums {
  /** V rows of `stride` float32: F real parts, F imaginary parts, F(F+1)/2 entries a ≥ b, row by row, each part at its offset. */
  values: Float32Array;
  stride: number;
  imaginaryAt: number;
  entriesAt: number;
}

/** One fit's compute: calls come one at a time. */
export interface FactorSums {
  readonly request: FactorRequest;
  /** Images of a batch that suit the maker; any number may be given. */
  readonly batchImages: number;
  /** F half cubes, 2V each (Re, Im in turn). */
  setFactors(cubes: readonly Float32Array[]): void;
  /** G×(band + 1): 1/σ² by group and ring, the noise's mean |·|² of a coefficient being σ². */
  setPrecision(precision: Float32Array): void;
  /** Images that the next calls are about: centred, transfer computed. Error 'out-of-memory'. */
  setImages(images: FactorImages): Promise<void>;
  /** B × (F+1)(F+2)/2: lower triangles, row by row, of the products of u_0 … u_F. */
  products(): Promise<Float32Array>;
  /** Adds the images to the sums: `first` B×F, `second` B × F(F+1)/2 (a ≥ b, row by row). */
  insert(first: Float32Array, second: Float32Array): Promise<void>;
  /** B × (band + 1): mean over a ring's points of |y − Σ_a k_a u_a|², k B×F. */
  residuals(coefficients: Float32Array): Promise<Float32Array>;
  /** Sums since `clear`; valid until the next call, and may be overwritten. */
  sums(): Promise<GridSums>;
  clear(): void;
  dispose(): void;
}
