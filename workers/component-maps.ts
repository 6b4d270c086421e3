// Maps of a field that adds components, V(z) = μ + Σ_a z_a W_a, without asking the engine: the analysis worker holds μ and the q maps
// W_a of one run at one box, adds them up and contours. The engine is asked once, for V(0) and each V(e_a), whose difference W_a is.
import { VitrineError } from '../src/base/errors.ts';
import { mapStatistics, type MapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type { ComponentsPlace, ContourLevel, SpreadMap, SummedMap } from './contract.ts';
import { levelOf, type DecodeMap } from './map-analysis.ts';

interface Held {
  boxPixels: number;
  pixelSizeAngstrom: number;
  mean: Float32Array;
  components: Float32Array[];
  /** Of the mean map. */
  statistics: MapStatistics;
  /** Where sums are made. */
  sum: Float32Array;
}

/** Of the voxels, those above count as the brightest: the end of the colours. */
const BRIGHTEST = 0.001;

export class ComponentMaps {
  private kept: { key: string; maps: Promise<Held> } | null = null;

  constructor(private readonly decodeMap: DecodeMap) {}

  /** The surface of V(z). `level` in units of the map, or by the mean map's statistics. Errors: those of decoding. */
  async surface(
    place: ComponentsPlace,
    z: readonly number[],
    level: ContourLevel,
    job: JobOptions,
  ): Promise<SummedMap> {
    const held = await this.maps(place, job);
    const { boxPixels, pixelSizeAngstrom, statistics, sum } = held;
    add(held, z, sum);
    // Masked maps add up to a masked map; what is below 0 is known of their sum only.
    if (place.finish?.clip) for (let i = 0; i < sum.length; i++) if (sum[i] < 0) sum[i] = 0;
    const at = levelOf(statistics, level);
    // What is returned is given away.
    const own = { ...statistics, histogram: statistics.histogram.slice() };
    return {
      boxPixels,
      pixelSizeAngstrom,
      statistics: own,
      level: at,
      mesh: surfaceNets(sum, boxPixels, pixelSizeAngstrom, at),
    };
  }

  /** Standard deviation of each voxel where z is normal of unit variance: √Σ_a W_a². */
  async spread(place: ComponentsPlace, job: JobOptions): Promise<SpreadMap> {
    const { boxPixels, pixelSizeAngstrom, components } = await this.maps(place, job);
    const values = new Float32Array(boxPixels ** 3);
    for (const component of components) for (let i = 0; i < values.length; i++) values[i] += component[i] ** 2;
    for (let i = 0; i < values.length; i++) values[i] = Math.sqrt(values[i]);
    const sorted = values.slice().sort();
    const high = sorted[Math.floor((1 - BRIGHTEST) * (sorted.length - 1))];
    return { boxPixels, pixelSizeAngstrom, values, high };
  }

  /** Those of one run at one box at a time: what a slider moves. */
  private maps(place: ComponentsPlace, job: JobOptions): Promise<Held> {
    const { runId, epoch, boxPixels, components, finish } = place;
    const key = `${runId} ${epoch} ${boxPixels} ${components} ${JSON.stringify(finish?.mask ?? null)}`;
    if (this.kept?.key === key) return this.kept.maps;
    const kept = { key, maps: this.ask(place, job) };
    this.kept = kept;
    kept.maps.catch(() => {
      if (this.kept === kept) this.kept = null;
    });
    return kept.maps;
  }

  private async ask({ components: count, finish, ...place }: ComponentsPlace, job: JobOptions): Promise<Held> {
    const masked = finish?.mask && { finish: { mask: finish.mask } };
    const decoded = async (axis: number | null) => {
      const z = Array.from({ length: count }, (_, a) => (a === axis ? 1 : 0));
      return this.decodeMap({ ...place, z, ...masked }, job);
    };
    const { values: mean, boxPixels, pixelSizeAngstrom } = await decoded(null);
    const components: Float32Array[] = [];
    for (let axis = 0; axis < count; axis++) {
      const { values } = await decoded(axis);
      for (let i = 0; i < values.length; i++) values[i] -= mean[i];
      components.push(values);
    }
    const statistics = mapStatistics(mean);
    return { boxPixels, pixelSizeAngstrom, mean, components, statistics, sum: new Float32Array(mean.length) };
  }
}

/** sum = μ + Σ_a z_a W_a. Error 'value-out-of-range' where z has another length. */
function add({ mean, components }: Held, z: readonly number[], sum: Float32Array): void {
  if (z.length !== components.length)
    throw new VitrineError('value-out-of-range', 'A latent does not fit the components.', {
      expected: `${components.length} values`,
      found: String(z.length),
    });
  sum.set(mean);
  components.forEach((component, a) => {
    const factor = z[a];
    if (factor !== 0) for (let i = 0; i < sum.length; i++) sum[i] += factor * component[i];
  });
}
