// The twin of the latent variables: float64, unpadded rows of images.

/** μ, log σ² and noise of latents, row by row. */
export interface LatentValues {
  zDim: number;
  images: number;
  /** images × zDim each. */
  mean: ArrayLike<number>;
  logVariance: ArrayLike<number>;
  noise: ArrayLike<number>;
}

/** z (images × zDim) and KL summed over images. */
export function samplingTwin({ zDim, images, mean, logVariance, noise }: LatentValues) {
  const z = new Float64Array(images * zDim);
  let divergence = 0;
  for (let i = 0; i < z.length; i++) {
    z[i] = mean[i] + Math.exp(logVariance[i] / 2) * noise[i];
    divergence -= 0.5 * (1 + logVariance[i] - mean[i] ** 2 - Math.exp(logVariance[i]));
  }
  return { z, divergence };
}

/** Gradients of μ and log σ², images × zDim each; `weight` is that of KL in the loss. */
export function samplingGradientTwin(values: LatentValues, zGradient: ArrayLike<number>, weight: number) {
  const { mean, logVariance, noise } = values;
  const count = values.images * values.zDim;
  return {
    mean: Float64Array.from({ length: count }, (_, i) => zGradient[i] + weight * mean[i]),
    logVariance: Float64Array.from({ length: count }, (_, i) => {
      const throughZ = zGradient[i] * noise[i] * Math.exp(logVariance[i] / 2);
      return (throughZ + weight * (Math.exp(logVariance[i]) - 1)) / 2;
    }),
  };
}
