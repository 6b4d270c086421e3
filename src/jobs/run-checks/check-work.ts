// What checks of a run begin from, and the parts of its particles that they fit to.
import { VitrineError } from '../../base/errors.ts';
import { countedInOriginal } from '../../base/particle-identity.ts';
import type { Engine } from '../../engine/engine.ts';
import { CTF_WIDTH, OPTICS_WIDTH, type ParticleSet } from '../../formats/particles.ts';
import { imagesAt } from '../../imaging/image-subset.ts';
import { makeLattice, ringsOfPoints } from '../../imaging/lattice.ts';
import { takeRows } from '../../inference/image-batches.ts';
import type { RunRecord } from '../../library/run-record.ts';
import type { EpochLatents, RunFolder } from '../../library/runs.ts';
import { readLinearReport } from '../../library/linear-files.ts';
import { linearStartOf } from '../linear-start.ts';
import type { JobOptions } from '../progress.ts';
import type { RunParticles } from '../run-particles.ts';

/** A run with its prepared images, and an engine. */
export interface CheckWork {
  run: RunFolder;
  record: RunRecord;
  /** Opened once, and again after it was lost. */
  openEngine: () => Promise<Engine>;
  /** In the run's order. */
  particles: RunParticles;
  /** With its table, for micrographs; null where it is not at hand. */
  set: Pick<ParticleSet, 'table' | 'tableRows' | 'opticsGroupOf'> | null;
}

/** What checks take besides. */
export interface CheckOptions extends JobOptions {
  /** What is fitted to halves: the linear model, or a network as the run's, of other runs a small one as the preset "Quick look" has it. */
  method?: 'linear' | 'network';
  /** Phases are random from this resolution on, Å; half of the band where null. */
  beyondAngstrom?: number | null;
  seed?: number;
  /** Passes of the linear model, or epochs of the network. */
  epochs?: number;
}

/** Particles `rows` (ascending) of a run. */
export function particlesAt(particles: RunParticles, rows: Uint32Array): RunParticles {
  const { images, poses, ctf, optics, originalIndex, noise, isTiltPairs } = particles;
  if (isTiltPairs) throw new VitrineError('usage', 'Runs of tilt pairs cannot be checked by halves.');
  const groupOf = noise?.groupOf ?? null;
  return {
    images: imagesAt(images, rows),
    poses: {
      rotations: takeRows(poses.rotations, 9, rows),
      translations: poses.translations && takeRows(poses.translations, 2, rows),
    },
    ctf: ctf && takeRows(ctf, CTF_WIDTH, rows),
    optics: optics && takeRows(optics, OPTICS_WIDTH, rows),
    originalIndex: countedInOriginal(Uint32Array.from(rows, (row) => originalIndex[row])),
    ...(noise && { noise: { ...noise, groupOf: groupOf && Int32Array.from(rows, (row) => groupOf[row]) } }),
  };
}

/** Latents of the run. Error 'file-missing'. */
export async function latentsOfRun(run: RunFolder): Promise<EpochLatents> {
  const latents = await run.latents(null);
  if (latents) return latents;
  throw new VitrineError('file-missing', 'The run keeps no latents.', { file: 'z.N.pkl' });
}

/**
 * Noise by ring of the images: as measured around the particles; else as the run's linear model keeps it; else the images' own mean power,
 * which is noise for the most part.
 */
export async function withNoise({ run, particles }: CheckWork): Promise<RunParticles> {
  if (particles.noise) return particles;
  const { images } = particles;
  const scale = images.standardDeviation ** 2;
  const kept = await noiseOfLinear(run);
  const half = images.boxPixels / 2;
  // A linear model keeps rings up to its band; the last one stands for those beyond.
  const whole = kept
    ? Float32Array.from({ length: half + 1 }, (_, ring) => scale * kept[Math.min(ring, kept.length - 1)])
    : (await meanPower(particles)).map((value) => value * scale);
  return { ...particles, noise: { whole, groups: whole, groupOf: null } };
}

async function noiseOfLinear(run: RunFolder): Promise<Float32Array | null> {
  for (const folder of [run, linearStartOf(run)]) {
    if (!(await readLinearReport(folder))) continue;
    const noise = (await folder.loadCheckpoint(null)).checkpoint.weights.get('noise');
    if (noise) return noise.data.slice(0, noise.shape[1]);
  }
  return null;
}

/** Mean value² of at most some thousand images by ring 0 … D/2. */
async function meanPower({ images }: RunParticles): Promise<Float32Array> {
  const rings = ringsOfPoints(makeLattice(images.boxPixels));
  const sums = new Float64Array(images.boxPixels / 2 + 1);
  const points = new Float64Array(sums.length);
  const { count, values } = await images.readShard(0);
  for (let i = 0; i < count; i++)
    for (let p = 0; p < images.points; p++) {
      sums[rings[p]] += values[i * images.points + p] ** 2;
      points[rings[p]]++;
    }
  return Float32Array.from(sums, (sum, ring) => sum / Math.max(1, points[ring]) || sums[1] / points[1]);
}
