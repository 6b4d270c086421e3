// A map at a latent from the images themselves (linear.md, section 6; RECOVAR, Gilles & Singer 2024), as
//   V(z) = Σ_b φ̃_b U_b + P R,
// φ̃ the mean of the functions φ over the images that may have this latent, U the maps that fit all images given their latents
// (mean-model.ts), R a kernel regression of what is left of the images, P the projection off the U. A latent was estimated from its image:
// images near a latent are near it by their noise too, alike in both halves, and maps of them overshoot. What is left of an image after
// U has explained it has nothing of that noise, so there the halves say how wide to weight and what to believe (across-halves.ts).
import type { Engine } from '../../engine/engine.ts';
import { hartleyVolume, inverseHartleyVolume } from '../../imaging/hartley.ts';
import { dot } from '../linear/components.ts';
import { chosenAcrossHalves, joinedByShell, type ShellChoice } from './across-halves.ts';
import { surroundingsOf, type Surroundings } from './bandwidths.ts';
import { BasisMoments } from './latents.ts';
import { combined, fitMeanModel, type MeanModel, type PassHooks, type RegressionData } from './mean-model.ts';
import { residualMaps } from './residual-maps.ts';

/** A map made from images, and from how many. */
export interface RegressedMap {
  /** D³ in the units of the prepared images, real space. */
  map: Float32Array;
  /** From either half of the images: its own mean model's map and its own residuals. */
  halves: [Float32Array, Float32Array];
  /** Images whose uncertainty holds the latent: they say where along the mean model's maps it lies. */
  images: number;
  /** F values of φ̃, the first 1. */
  coefficients: Float64Array;
  /** By shell 0 … D/2 − 1: images that the chosen width meets (0 where nothing was added), and the share that was added. */
  shells: { images: Uint32Array; share: Float32Array };
}

/** What is asked for besides latents. */
export interface RegressionOptions extends PassHooks {
  /** Images that weights meet, instead of as many as the halves agree on. */
  images?: number | null;
  /** Before the work on the mean model, and on the residuals. */
  onStage?: (stage: 'mean' | 'residuals') => void;
}

/** Maps at `targets`. Errors: 'count-mismatch', 'value-out-of-range', 'cancelled', 'out-of-memory', those of reading images. */
export async function reconstructAt(
  engine: Engine,
  data: RegressionData,
  targets: readonly ArrayLike<number>[],
  { images = null, onStage, ...hooks }: RegressionOptions = {},
): Promise<RegressedMap[]> {
  const around = targets.map((z) => surroundingsOf(z, data, images));
  onStage?.('mean');
  const model = await fitMeanModel(engine, data, hooks);
  const basis = orthonormal(model.terms);
  const { boxPixels } = data.images;
  const found = targets.map(() => ({ even: [] as Float32Array[], odd: [] as Float32Array[] }));
  onStage?.('residuals');
  await residualMaps(engine, data, model, around, {
    ...hooks,
    onMap: (target, half, _width, map) => {
      const across = projectedOff(
        map.map((value, i) => value * model.mask[i]),
        basis,
      );
      hartleyVolume(across, boxPixels, across);
      found[target][half].push(across);
    },
  });
  return found.map((spectra, target) => joined(data, model, around[target], spectra));
}

function joined(
  data: RegressionData,
  model: MeanModel,
  around: Surroundings,
  { even, odd }: Record<'even' | 'odd', Float32Array[]>,
): RegressedMap {
  const { boxPixels } = data.images;
  const freedom = model.mask.reduce((sum, value) => sum + value, 0) / model.mask.length;
  const choice = chosenAcrossHalves(even, odd, boxPixels, freedom);
  const coefficients = nearCoefficients(data, around);
  const plus = (terms: Float32Array[], one: Float32Array[], other: Float32Array[]): Float32Array => {
    const out = joinedByShell(one, other, choice, boxPixels);
    inverseHartleyVolume(out, boxPixels, out);
    const along = combined(terms, coefficients);
    return out.map((value, i) => value + along[i]);
  };
  return {
    map: plus(model.terms, even, odd),
    halves: [plus(model.halves.even, even, even), plus(model.halves.odd, odd, odd)],
    images: around.near.images,
    coefficients,
    shells: { images: imagesOf(choice, around), share: choice.share },
  };
}

function imagesOf({ width, share }: ShellChoice, { images }: Surroundings): Uint32Array {
  return Uint32Array.from(width, (k, shell) => (share[shell] > 0 ? images[k] : 0));
}

/** Means of E_i[φ] over the images that may have the latent. */
function nearCoefficients({ basis, latents }: RegressionData, { near }: Surroundings): Float64Array {
  const moments = new BasisMoments(basis, latents);
  const out = new Float64Array(basis.terms);
  let total = 0;
  near.weights.forEach((weight, i) => {
    if (weight === 0) return;
    moments.take(i);
    total += weight;
    for (let b = 0; b < out.length; b++) out[b] += weight * moments.first[b];
  });
  return out.map((value) => value / total);
}

/** Gram and Schmidt, twice over for rounding; maps that the others span are left out. */
export function orthonormal(maps: readonly Float32Array[]): Float32Array[] {
  const out: Float32Array[] = [];
  for (const map of maps) {
    const rest = projectedOff(projectedOff(map, out), out);
    const norm = Math.sqrt(dot(rest, rest));
    if (norm > 1e-5 * Math.sqrt(dot(map, map))) out.push(rest.map((value) => value / norm));
  }
  return out;
}

/** A map without its part along orthonormal maps. */
export function projectedOff(map: Float32Array, basis: readonly Float32Array[]): Float32Array {
  const out = map.slice();
  for (const one of basis) {
    const share = dot(out, one);
    for (let i = 0; i < out.length; i++) out[i] -= share * one[i];
  }
  return out;
}
