// A set of blobs of which some move along y by a latent, prepared, with poses, CTF and the noise of its images.
import { countedInOriginal, everyRow } from '../src/base/particle-identity.ts';
import { measureNoiseByGroup } from '../src/imaging/noise-spectrum.ts';
import type { Simulation } from '../src/imaging/simulate.ts';
import type { RunParticles } from '../src/jobs/run-particles.ts';
import { Blobs, imagesInMemory } from './blobs.ts';

const STATES = 12;

/** Latent of image i: pixels that the blobs have moved. */
export function movedPixels(i: number): number {
  return 4 * ((i % STATES) / (STATES - 1) - 0.5);
}

/** The same poses in every state, of which each image is one's. */
export async function movingBlobs({
  boxPixels,
  count,
}: {
  boxPixels: number;
  count: number;
}): Promise<{ particles: Required<Pick<RunParticles, 'noise'>> & RunParticles }> {
  const states = Array.from({ length: STATES }, (_, state) => {
    const blobs = new Blobs(boxPixels);
    for (let b = 12; b < 18; b++) blobs.positions[3 * b + 1] += movedPixels(state);
    return blobs.simulate({ count, snr: 2, shiftPixels: 1, seed: 3 });
  });
  const reader: Simulation['images'] = {
    ...{ count, boxPixels, pixelSizeAngstrom: 6 },
    async read(indices: ArrayLike<number>) {
      const out = new Float32Array(indices.length * boxPixels ** 2);
      for (let at = 0; at < indices.length; at++)
        out.set(await states[indices[at] % STATES].images.read([indices[at]]), at * boxPixels ** 2);
      return out;
    },
  };
  const images = await imagesInMemory(reader);
  const { poses, ctf } = states[0];
  const noise = await measureNoiseByGroup(reader, null, { boxPixels, window: true, windowRadius: 0.85 });
  return {
    particles: { images, poses, ctf, optics: null, originalIndex: countedInOriginal(everyRow(count)), noise },
  };
}
