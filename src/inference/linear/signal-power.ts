// Power of the particles by ring, from the images' power less the noise's (linear.md, section 2): by the projection–slice theorem the
// mean shell power of the maps, motion included. A prior taken from the mean map instead loses the shells that motion has washed out.
import { Matrix, solve } from 'ml-matrix';
import { factorPoints } from '../../engine/factors/points.ts';
import { CTF_WIDTH, OPTICS_WIDTH, ORDINARY_OPTICS } from '../../formats/particles.ts';
import { transferAtPoints } from '../../imaging/transfer.ts';
import type { LinearData } from './fit.ts';

/** Images that are looked at, at most. */
const MOST_IMAGES = 4000;
/** Rings below this are taken as measured. */
const FIRST_FITTED = 3;
const DEGREE = 4;

/** Means over images and points of a ring, 0 … band. */
interface RingMeans {
  images: number;
  /** |y|² of images, and squared transfer. */
  power: Float64Array;
  transfer: Float64Array;
}

/** Mean |·|² of a Fourier coefficient of a map by ring 0 … band, smooth beyond the first rings. */
export async function signalPower(data: LinearData, bandPixels: number, signal?: AbortSignal): Promise<Float32Array> {
  const { images, power, transfer } = await ringMeans(data, bandPixels, signal);
  const rings = bandPixels + 1;
  const found = Float64Array.from({ length: rings }, (_, ring) =>
    ring === 0 ? 0 : (power[ring] - data.noise[ring]) / Math.max(transfer[ring], 1e-6),
  );
  const rows: number[][] = [];
  const logs: number[][] = [];
  for (let ring = FIRST_FITTED; ring < rings; ring++) {
    if (!(found[ring] > 0)) continue;
    const significance =
      (found[ring] * transfer[ring] * Math.sqrt(6 * images * ring)) / (2 * data.noise[ring] || Number.MIN_VALUE);
    const weight = Math.sqrt(ring) * Math.min(5, significance);
    rows.push(Array.from({ length: DEGREE + 1 }, (_, k) => weight * (ring / bandPixels) ** k));
    logs.push([weight * Math.log(found[ring])]);
  }
  const least = Math.max(...found) * 1e-6 || Number.MIN_VALUE;
  const out = Float32Array.from(found, (value) => Math.max(value, least));
  if (rows.length > DEGREE) {
    const polynomial = solve(new Matrix(rows), new Matrix(logs), true).to1DArray();
    for (let ring = FIRST_FITTED; ring < rings; ring++)
      out[ring] = Math.exp(polynomial.reduce((sum, c, k) => sum + c * (ring / bandPixels) ** k, 0));
  }
  out[0] = 1.5 * out[1];
  return out;
}

async function ringMeans(data: LinearData, bandPixels: number, signal?: AbortSignal): Promise<RingMeans> {
  const { images, ctf, optics } = data;
  const { lattice, count: points, number, ring } = factorPoints(images.boxPixels, bandPixels);
  const shards = Math.ceil(images.count / images.shardSize);
  const wanted = Math.max(1, Math.min(shards, Math.ceil(MOST_IMAGES / images.shardSize)));
  const power = new Float64Array(bandPixels + 1);
  const transfer = new Float64Array(bandPixels + 1);
  const members = new Float64Array(bandPixels + 1);
  const factors = new Float32Array(lattice.points).fill(1);
  let looked = 0;
  for (let k = 0; k < wanted; k++) {
    const shard = await images.readShard(Math.floor((k * shards) / wanted), signal);
    for (let i = 0; i < shard.count; i++) {
      const image = shard.first + i;
      if (ctf)
        transferAtPoints(
          ctf.subarray(CTF_WIDTH * image, CTF_WIDTH * (image + 1)),
          optics?.transfer?.subarray(OPTICS_WIDTH * image, OPTICS_WIDTH * (image + 1)) ?? ORDINARY_OPTICS,
          lattice,
          factors,
        );
      for (let p = 0; p < points; p++) {
        const near = shard.values[i * lattice.points + number[p]];
        const far = shard.values[(i + 1) * lattice.points - 1 - number[p]];
        power[ring[p]] += 0.5 * (near * near + far * far);
        transfer[ring[p]] += factors[number[p]] ** 2;
        members[ring[p]]++;
      }
    }
    looked += shard.count;
  }
  for (const sums of [power, transfer]) sums.forEach((sum, r) => (sums[r] = sum / Math.max(1, members[r])));
  return { images: looked, power, transfer };
}
