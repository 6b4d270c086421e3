// The field's loss in plain float64 TypeScript, formula by formula (docs/CONVENTIONS.md, "Neural field"): what the tests
// hold the kernels against. Slow on purpose.
import type { EncodingTable, ImageBatch, ModelSpec, Weights } from '../engine.ts';
import { decoderChain, encoderChain, featureCount, type Chain } from '../parameters.ts';
import { makeSliceLayout } from '../slices.ts';

/** The loss of a batch as the twin computes it, float64: mean squared error over the mask, and KL divergence. */
export interface TwinLoss {
  total: number;
  reconstruction: number;
  kl: number;
  mu: number[][];
  logVariance: number[][];
}

/** docs/CONVENTIONS.md, "CTF" and "Beyond the nine columns", as they stand there; x and y in cycles per pixel. */
function transferTwin(
  row: ArrayLike<number>,
  optics: ArrayLike<number> | null | undefined,
  x: number,
  y: number,
): number {
  if (!optics) return ctfTwin(row, x, y);
  const [scale, bFactor, applied, m00, m01, m10, m11] = Array.from(optics);
  const [u, v] = [m00 * x + m01 * y, m10 * x + m11 * y];
  const s2 = (u * u + v * v) / row[1] ** 2;
  const factor = scale * Math.exp((-bFactor * s2) / 4);
  const ctf = ctfTwin(row, u, v);
  if (applied === 0) return factor * ctf;
  return applied === 1 ? -factor * Math.abs(ctf) : -Math.sign(scale) * (factor * ctf) ** 2;
}

/** The nine columns alone. */
function ctfTwin(row: ArrayLike<number>, x: number, y: number): number {
  const [, pixelSize, defocusU, defocusV, angle, kilovolt, aberration, w, phaseShift] = Array.from(row);
  const volt = kilovolt * 1000;
  const wavelength = 12.2639 / Math.sqrt(volt + 0.97845e-6 * volt * volt);
  const degree = Math.PI / 180;
  const theta = Math.atan2(y, x);
  const defocus = 0.5 * (defocusU + defocusV + (defocusU - defocusV) * Math.cos(2 * (theta - angle * degree)));
  const s2 = (x * x + y * y) / pixelSize ** 2;
  const gamma =
    2 * Math.PI * (-0.5 * defocus * wavelength * s2 + 0.25 * aberration * 1e7 * wavelength ** 3 * s2 * s2) -
    phaseShift * degree;
  return Math.sqrt(1 - w * w) * Math.sin(gamma) - w * Math.cos(gamma);
}

/** The network on one input vector. */
export function networkTwin(chain: Chain, weights: Weights, input: number[], leaky: boolean): number[] {
  let x = input;
  chain.forEach((layer, i) => {
    const weight = weights.get(`${layer.name}.weight`)?.data ?? new Float32Array();
    const bias = weights.get(`${layer.name}.bias`)?.data ?? new Float32Array();
    const before = x;
    x = Array.from({ length: layer.outputs }, (_, n) => {
      let sum = bias[n] + (layer.residual ? before[n] : 0);
      for (let k = 0; k < layer.inputs; k++) sum += weight[n * layer.inputs + k] * before[k];
      if (i < chain.length - 1 && sum < 0) sum *= leaky ? 0.01 : 0;
      return sum;
    });
  });
  return x;
}

/** encoder2(σ(encoder1(x₀)), σ(encoder1(x₁))) of the two images of a pair. */
function pairTwin(encoder: Chain, weights: Weights, images: number[][], leaky: boolean): number[] {
  const of = (prefix: string) => encoder.filter(({ name }) => name.startsWith(prefix));
  const single = images.map((image) => networkTwin(of('encoder.encoder1.'), weights, image, leaky));
  return networkTwin(of('encoder.encoder2.'), weights, single.flat(), leaky);
}

/** Features of one point in float64: sin or cos of each wave's phase. */
export function featuresTwin(encoding: EncodingTable, p: number[]): number[] {
  if (encoding.isCosine.length === 0) return p;
  return Array.from(encoding.isCosine, (isCosine, j) => {
    const w = encoding.waveVectors.subarray(3 * j, 3 * j + 3);
    const phase = w[0] * p[0] + w[1] * p[1] + w[2] * p[2];
    return isCosine ? Math.cos(phase) : Math.sin(phase);
  });
}

/** The loss of cryoDRGN's training step (Zhong et al. 2021, eq. 5–7) by plain loops in float64, for finite differences. */
export function lossTwin(
  spec: ModelSpec,
  encoding: EncodingTable,
  weights: Weights,
  batch: ImageBatch,
  beta: number,
): TwinLoss {
  const { lattice, encoderInputs } = makeSliceLayout(spec);
  const { points, column, row, boxPixels } = lattice;
  const leaky = spec.activation === 'leaky_relu';
  const encoder = encoderChain(spec, encoderInputs);
  const decoder = decoderChain(spec, featureCount(encoding));
  const center = boxPixels / 2;
  const k = Array.from({ length: points }, (_, i) => [(column[i] - center) / boxPixels, (row[i] - center) / boxPixels]);
  const mus: number[][] = [];
  const logVariances: number[][] = [];
  const views = spec.zDim > 0 && spec.tilts === 2 ? 2 : 1;
  let squares = 0;
  let kl = 0;
  // Every image's shifted values and CTF, and what the encoder sees of it.
  const seen = Array.from({ length: batch.count }, (_, image) => {
    const h = batch.images.subarray(image * points, (image + 1) * points);
    const t = batch.translations?.subarray(2 * image, 2 * image + 2) ?? [0, 0];
    const y = k.map(([kx, ky], i) => {
      const phase = 2 * Math.PI * boxPixels * (kx * t[0] + ky * t[1]);
      return Math.cos(phase) * h[i] + Math.sin(phase) * h[points - 1 - i];
    });
    const ctfRow = batch.ctf?.subarray(9 * image, 9 * image + 9);
    const optics = batch.optics?.subarray(10 * image, 10 * image + 10);
    const ctf = k.map(([kx, ky]) => (ctfRow ? transferTwin(ctfRow, optics, kx, ky) : 1));
    const inside = (i: number) => (column[i] - center) ** 2 + (row[i] - center) ** 2 <= spec.encoderMaskRadius ** 2;
    return { y, ctf, input: y.map((value, i) => value * Math.sign(ctf[i])).filter((_, i) => inside(i)) };
  });
  let z: number[] = [];
  seen.forEach(({ y, ctf, input }, image) => {
    const R = batch.rotations.subarray(9 * image, 9 * image + 9);
    const contrast = batch.residuals?.contrast[image] ?? 1;
    const weight = (i: number) => {
      const ring = Math.round(Math.sqrt((column[i] - center) ** 2 + (row[i] - center) ** 2));
      return (batch.residuals?.amplitudes[image * (center + 1) + ring] ?? 1) ** 2;
    };
    if (encoder && image % views === 0) {
      const latent = image / views;
      const out =
        views === 1
          ? networkTwin(encoder, weights, input, leaky)
          : pairTwin(encoder, weights, [input, seen[image + 1].input], leaky);
      const mu = out.slice(0, spec.zDim);
      const logVariance = out.slice(spec.zDim);
      mus.push(mu);
      logVariances.push(logVariance);
      z = mu.map((m, j) => m + (batch.noise?.[latent * spec.zDim + j] ?? 0) * Math.exp(logVariance[j] / 2));
      mu.forEach((m, j) => (kl -= 0.5 * (1 + logVariance[j] - m * m - Math.exp(logVariance[j]))));
    }
    if (!encoder && batch.latents) {
      const at = Math.floor(image / views) * spec.zDim;
      z = [...batch.latents.subarray(at, at + spec.zDim)];
    }
    const decode = (p: number[]) => networkTwin(decoder, weights, [...featuresTwin(encoding, p), ...z], leaky);
    for (let i = 0; i < points; i++) {
      const p = [0, 1, 2].map((axis) => k[i][0] * R[axis] + k[i][1] * R[3 + axis]);
      let value: number;
      if (spec.domain === 'hartley') value = decode(p)[0];
      else {
        // F(p) of the half space z < 0; elsewhere the conjugate of F(−p). Hartley: Re − Im.
        const outside = p[2] > 0 || (p[2] === 0 && (p[1] > 0 || (p[1] === 0 && p[0] > 0)));
        const [re, im] = decode(outside ? p.map((c) => -c) : p);
        value = outside ? re + im : re - im;
      }
      squares += weight(i) * (contrast * ctf[i] * value - y[i]) ** 2;
    }
  });
  const reconstruction = squares / points / batch.count;
  kl /= batch.count / views;
  return { reconstruction, kl, total: reconstruction + (beta * kl) / points, mu: mus, logVariance: logVariances };
}
