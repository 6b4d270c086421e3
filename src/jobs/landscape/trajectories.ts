// Maps along volume components: decoded at particles nearest to places along a component, so that each is a map that the model makes, and as
// sums of the masked mean and the component, as cryoDRGN gives them.
import { throwIfCancelled } from '../../base/errors.ts';
import { writeMrcVolume } from '../../formats/mrc-write.ts';
import type { JobOptions } from '../progress.ts';
import { LandscapeFolder } from './landscape-folder.ts';
import { requireLandscape, type LandscapeRun } from './landscape-job.ts';
import type { Landscape } from './landscape.ts';
import { landscapeMap } from './state-maps.ts';

/** Along how many components, in how many maps each. */
export interface TrajectoryRequest {
  components: number;
  frames: number;
}

/** Scores beyond these shares of the particles are outliers. */
const ENDS = [0.02, 0.98];

/**
 * Writes volume_pcK/decoded_001.mrc … and linear_001.mrc … below the landscape's folder; their names. Errors: 'file-missing' without a
 * landscape, those of decoding, 'cancelled', 'storage'.
 */
export async function writeTrajectories(
  of: LandscapeRun,
  { components, frames }: TrajectoryRequest,
  job: JobOptions,
): Promise<string[]> {
  const landscape = await requireLandscape(of);
  const { epoch, zDim, mu } = of.latents;
  const { storage, folder } = new LandscapeFolder(of.run, epoch);
  const { boxPixels, pixelSizeAngstrom } = landscape.sketch;
  const count = Math.min(components, landscape.pca.components);
  const silent: JobOptions = job.signal ? { signal: job.signal } : {};
  const written: string[] = [];
  for (let k = 0; k < count; k++) {
    const rows = rowsAlong(landscape, k, frames);
    for (const [i, row] of rows.entries()) {
      throwIfCancelled(job.signal);
      job.onProgress?.({
        fraction: (k * frames + i) / (count * frames),
        message: `Maps along volume component ${k + 1} of ${count}`,
      });
      const decoded = await of.decode(mu.slice(row * zDim, (row + 1) * zDim), boxPixels, silent);
      const at = frames > 1 ? i / (frames - 1) : 0.5;
      const linear = await landscapeMap(of.run, epoch, { kind: 'along', component: k, at });
      for (const [kind, values] of [
        ['decoded', decoded],
        ['linear', linear.values],
      ] as const) {
        const name = `volume_pc${k + 1}/${kind}_${String(i + 1).padStart(3, '0')}.mrc`;
        await storage.write(`${folder}/${name}`, writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
        written.push(name);
      }
    }
  }
  return written;
}

/** Particles nearest, in volume space, to evenly spaced places on the line along a component through the mean. */
export function rowsAlong({ sketch, pca, particles }: Landscape, component: number, frames: number): number[] {
  const { scores, components } = particles ?? pca;
  const rows = particles ? Uint32Array.from({ length: scores.length / components }, (_, i) => i) : sketch.rows;
  const known = Array.from(rows.keys()).filter((i) => !Number.isNaN(scores[i * components]));
  const sorted = Float64Array.from(known, (i) => scores[i * components + component]).sort();
  const [from, to] = ENDS.map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return Array.from({ length: frames }, (_, frame) => {
    const place = frames > 1 ? from + (frame / (frames - 1)) * (to - from) : 0.5 * (from + to);
    let [nearest, least] = [known[0], Infinity];
    for (const i of known) {
      let squared = 0;
      for (let k = 0; k < components; k++) squared += (scores[i * components + k] - (k === component ? place : 0)) ** 2;
      if (squared < least) [nearest, least] = [i, squared];
    }
    return rows[nearest];
  });
}
