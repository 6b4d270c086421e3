// The bottleneck, a latent at a time (of an image, or of the two of a pair): z = μ + ε·exp(½ log σ²), KL = −½ Σ(1 + log σ² − μ² − σ²), z's part of the decoder's
// first layer as one bias an image, and their gradients. Sums over images run in order: the same bits every time.
import { Header } from '../header-fields';
import { latentsOfChunk, parameterAt, pointer, real, word } from './header';
import { exponential } from './trigonometry';

/** Address of the encoder's output `unit` of a latent: μ first, then log σ². */
@inline
function encoded(panels: usize, latent: i32, unit: i32): usize {
  return (
    panels +
    <usize>((latent >> 3) * word(Header.encoderOutputStride)) +
    ((<usize>unit) << 5) +
    ((<usize>(latent & 7)) << 2)
  );
}
@inline
function zOf(latent: i32, j: i32): usize {
  return pointer(Header.latents) + ((<usize>(latent * word(Header.zPadded) + j)) << 2);
}
@inline
function zWeight(unit: i32, j: i32): usize {
  return parameterAt(word(Header.zWeights) + (((unit >> 2) * word(Header.zPadded) + j) << 2) + (unit & 3));
}

/** Samples z of one latent. */
export function sample(latent: i32): void {
  const zDim = word(Header.zDim);
  const output = pointer(Header.encoderOutput);
  for (let j = 0; j < zDim; j++) {
    const mu = load<f32>(encoded(output, latent, j));
    let z = mu;
    if (word(Header.hasNoise)) {
      const logVariance = <f64>load<f32>(encoded(output, latent, zDim + j));
      const noise = <f64>load<f32>(pointer(Header.noise) + ((<usize>(latent * zDim + j)) << 2));
      z = <f32>(<f64>mu + noise * exponential(0.5 * logVariance));
    }
    store<f32>(zOf(latent, j), z);
  }
}

/** First bias of the decoder plus z's columns of its weight times z. */
export function biasOfImage(image: i32): void {
  const hidden = word(Header.hiddenPadded);
  const zDim = word(Header.zDim);
  const bias = pointer(Header.imageBias) + ((<usize>(image * hidden)) << 2);
  const first = parameterAt(word(Header.firstBias));
  const latent = image / word(Header.tilts);
  for (let unit = 0; unit < hidden; unit += 4) {
    let sum = v128.load(first + ((<usize>unit) << 2));
    for (let j = 0; j < zDim; j++)
      sum = f32x4.add(sum, f32x4.mul(v128.load_splat<f32>(zOf(latent, j)), v128.load(zWeight(unit, j))));
    v128.store(bias + ((<usize>unit) << 2), sum);
  }
}

/** Gradient of an image's bias: its blocks' row sums, in order. */
export function gradientOfImageBias(image: i32): void {
  const hidden = word(Header.hiddenPadded);
  const blocks = word(Header.blocksPerImage);
  const sums = pointer(Header.blockSums) + ((<usize>(image * blocks * hidden)) << 2);
  const out = pointer(Header.imageBiasGradient) + ((<usize>(image * hidden)) << 2);
  for (let unit = 0; unit < hidden; unit += 4) {
    let sum = v128.load(sums + ((<usize>unit) << 2));
    for (let block = 1; block < blocks; block++)
      sum = f32x4.add(sum, v128.load(sums + ((<usize>(block * hidden + unit)) << 2)));
    v128.store(out + ((<usize>unit) << 2), sum);
  }
}

/** Gradients of the first bias and of z's columns, units `from … to−1`, summed over the chunk's images. */
export function gradientOfFirstLayer(from: i32, to: i32): void {
  const hidden = word(Header.hiddenPadded);
  const zDim = word(Header.zDim);
  const count = word(Header.count);
  const tilts = word(Header.tilts);
  const add = word(Header.firstChunk) === 0;
  const perImage = pointer(Header.imageBiasGradient);
  const gradient = pointer(Header.gradient);
  for (let unit = from; unit < to; unit += 4) {
    const bias = gradient + ((<usize>(word(Header.firstBias) + unit)) << 2);
    let sum = add ? v128.load(bias) : f32x4.splat(0);
    for (let image = 0; image < count; image++)
      sum = f32x4.add(sum, v128.load(perImage + ((<usize>(image * hidden + unit)) << 2)));
    v128.store(bias, sum);
    for (let j = 0; j < zDim; j++) {
      const at =
        gradient + ((<usize>(word(Header.zWeights) + (((unit >> 2) * word(Header.zPadded) + j) << 2))) << 2);
      sum = add ? v128.load(at) : f32x4.splat(0);
      for (let image = 0; image < count; image++)
        sum = f32x4.add(
          sum,
          f32x4.mul(
            v128.load_splat<f32>(zOf(image / tilts, j)),
            v128.load(perImage + ((<usize>(image * hidden + unit)) << 2)),
          ),
        );
      v128.store(at, sum);
    }
  }
}

/** Gradient of value `j` of one z, from all its images. */
@inline
function gradientOfZ(latent: i32, j: i32): f64 {
  const hidden = word(Header.hiddenPadded);
  const tilts = word(Header.tilts);
  const perImage = pointer(Header.imageBiasGradient) + ((<usize>(latent * tilts * hidden)) << 2);
  let z: f64 = 0;
  for (let tilt = 0; tilt < tilts; tilt++)
    for (let unit = 0; unit < hidden; unit++)
      z += <f64>load<f32>(zWeight(unit, j)) * <f64>load<f32>(perImage + ((<usize>(tilt * hidden + unit)) << 2));
  return z;
}

/** Of a model without an encoder: gradient of one z, for who gave it. */
export function gradientOfGivenLatents(latent: i32): void {
  const zDim = word(Header.zDim);
  const out = pointer(Header.latentGradients) + ((<usize>(latent * zDim)) << 2);
  for (let j = 0; j < zDim; j++) store<f32>(out + ((<usize>j) << 2), <f32>gradientOfZ(latent, j));
}

/** Gradient of μ and log σ² of one latent, from all its images, into the encoder's output gradient; beyond the count zero. */
export function gradientOfLatents(latent: i32, out: usize): void {
  const zDim = word(Header.zDim);
  const output = pointer(Header.encoderOutput);
  const present = latent < latentsOfChunk();
  const tilts = word(Header.tilts);
  const klScale = (<f64>real(Header.beta) * <f64>tilts) / (<f64>word(Header.points) * <f64>word(Header.batchCount));
  for (let j = 0; j < zDim; j++) {
    let muGradient: f64 = 0;
    let logVarianceGradient: f64 = 0;
    if (present) {
      const z = gradientOfZ(latent, j);
      const mu = <f64>load<f32>(encoded(output, latent, j));
      const logVariance = <f64>load<f32>(encoded(output, latent, zDim + j));
      const variance = exponential(logVariance);
      muGradient = z + klScale * mu;
      logVarianceGradient = klScale * 0.5 * (variance - 1);
      if (word(Header.hasNoise)) {
        const noise = <f64>load<f32>(pointer(Header.noise) + ((<usize>(latent * zDim + j)) << 2));
        logVarianceGradient += 0.5 * z * noise * exponential(0.5 * logVariance);
      }
    }
    store<f32>(encoded(out, latent, j), <f32>muGradient);
    store<f32>(encoded(out, latent, zDim + j), <f32>logVarianceGradient);
  }
}

/**
 * Adds the chunk's squared error and KL to the running sums: float64 (images, squared error / P, KL, loss). Means are taken
 * over images, KL's over latents: it counts once an image.
 */
export function sumLosses(): void {
  const zDim = word(Header.zDim);
  const count = word(Header.count);
  const output = pointer(Header.encoderOutput);
  let squares: f64 = 0;
  const blocks = count * word(Header.blocksPerImage);
  for (let block = 0; block < blocks; block++)
    squares += load<f64>(pointer(Header.blockLosses) + ((<usize>block) << 3));
  let kl: f64 = 0;
  const tilts = <f64>word(Header.tilts);
  const encodes = word(Header.encoderLayers) > 0;
  for (let latent = 0; encodes && latent < latentsOfChunk(); latent++) {
    for (let j = 0; j < zDim; j++) {
      const mu = <f64>load<f32>(encoded(output, latent, j));
      const logVariance = <f64>load<f32>(encoded(output, latent, zDim + j));
      kl -= 0.5 * tilts * (1 + logVariance - mu * mu - exponential(logVariance));
    }
  }
  const losses = pointer(Header.losses);
  store<f64>(losses, load<f64>(losses, 0) + <f64>count, 0);
  store<f64>(losses, load<f64>(losses, 8) + squares / <f64>word(Header.points), 8);
  store<f64>(losses, load<f64>(losses, 16) + kl, 16);
  const total = (squares + <f64>real(Header.beta) * kl) / <f64>word(Header.points);
  store<f64>(losses, load<f64>(losses, 24) + total, 24);
}
