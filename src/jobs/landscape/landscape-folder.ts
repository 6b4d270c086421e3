// RUN/landscape.N: the landscape of a run's epoch as it is kept. landscape.json holds all that is of the size of the sketch, two arrays
// what is of every particle; maps/ the sketch's maps; mask.mrc and the maps of states lie beside them.
import * as v from 'valibot';
import { readFloats, readIndices, writeArray, writeJson } from '../../library/arrays.ts';
import { readRecord } from '../../library/records.ts';
import type { RunFolder } from '../../library/runs.ts';
import type { Storage } from '../../library/storage.ts';
import type { FreeEnergy, Landscape, LandscapeMaskExtent, LandscapePath, WithinMaskOrigin } from './landscape.ts';
import type { LandscapeSettings } from './settings.ts';

const RECORD = 'landscape.json';
const VERSION = 1;
const list = v.array(v.nullable(v.number()));
const SCHEMA = v.looseObject({
  version: v.literal(VERSION),
  fingerprint: v.string(),
  epoch: v.number(),
  settings: v.looseObject({ sketch: v.looseObject({ maps: v.number() }), states: v.looseObject({}) }),
  sketch: v.looseObject({ rows: list, particles: list, z: list, boxPixels: v.number() }),
  pca: v.looseObject({ scores: list, explainedVariance: list }),
  dendrogram: v.looseObject({ maps: list, merges: list }),
  states: v.looseObject({ ofMap: list, count: v.number() }),
});

type Typed = Float32Array | Float64Array | Uint32Array | Int32Array | Uint8Array;
/** Arrays become lists of numbers, NaN null. */
type Kept<T> = T extends Typed
  ? (number | null)[]
  : T extends readonly (infer E)[]
    ? E[]
    : T extends object
      ? { [K in keyof T]: Kept<T[K]> }
      : T;

/** The folder of an epoch's landscape in a run's. */
export class LandscapeFolder {
  readonly storage: Storage;
  readonly folder: string;

  constructor(run: RunFolder, epoch: number) {
    this.storage = run.storage;
    this.folder = run.path(`landscape.${epoch}`);
  }

  path(name: string): string {
    return `${this.folder}/${name}`;
  }

  /** Null where none is kept, or it is of other latents. Errors: 'record-newer', 'record-damaged'. */
  async read(fingerprint: string): Promise<Landscape | null> {
    const kind = { schema: SCHEMA, version: VERSION };
    const record = await readRecord<Kept<Landscape> & { fingerprint: string }>(this.storage, this.path(RECORD), kind);
    if (record?.fingerprint !== fingerprint) return null;
    const mapOfParticle = await readIndices(this.storage, this.path('map_of_particle.u32'));
    if (!mapOfParticle) return null;
    const { sketch, pca, dendrogram, states, particles, homogeneity, freeEnergy, path } = record;
    const ofMap = Int32Array.from(numbers(states.ofMap));
    const scores = particles && (await readFloats(this.storage, this.path('volume_pcs.f32')));
    return {
      ...record,
      ...withMaskOrigin(record),
      sketch: {
        ...sketch,
        rows: Uint32Array.from(numbers(sketch.rows)),
        particles: Uint32Array.from(numbers(sketch.particles)),
        mapOfParticle,
        z: floats(sketch.z),
      },
      pca: {
        ...pca,
        scores: floats(pca.scores),
        explainedVariance: floats(pca.explainedVariance),
        latentExplainedVariance: floats(pca.latentExplainedVariance),
      },
      dendrogram: {
        ...dendrogram,
        maps: Uint32Array.from(numbers(dendrogram.maps)),
        merges: Float64Array.from(numbers(dendrogram.merges)),
      },
      states: {
        ...states,
        ofMap,
        ofParticle: Int32Array.from(mapOfParticle, (map) => ofMap[map]),
        maps: Uint32Array.from(numbers(states.maps)),
        particles: Uint32Array.from(numbers(states.particles)),
        spread: floats(states.spread),
        centreMap: Uint32Array.from(numbers(states.centreMap)),
        ...apartnessOf(states),
      },
      mds: floats(record.mds),
      umap: floats(record.umap),
      particles: particles && scores && { ...particles, scores, heldOutR2: floats(particles.heldOutR2) },
      homogeneity: homogeneity && {
        ...{ by: 'components', pairs: 2000 },
        ...homogeneity,
        clusters: Uint32Array.from(numbers(homogeneity.clusters)),
        meanDistance: floats(homogeneity.meanDistance),
        standardDeviation: floats(homogeneity.standardDeviation),
      },
      freeEnergy: freeEnergy && energyOf(freeEnergy),
      path: path && pathOf(path),
    } as Landscape;
  }

  /** The record last, so that what it names is there. */
  async write(landscape: Landscape, fingerprint: string): Promise<void> {
    const { sketch, states, particles } = landscape;
    await writeArray(this.storage, this.path('map_of_particle.u32'), sketch.mapOfParticle);
    if (particles) await writeArray(this.storage, this.path('volume_pcs.f32'), particles.scores);
    const { mapOfParticle: _m, ...small } = sketch;
    const { ofParticle: _p, ...smallStates } = states;
    const told = particles && { ...particles, scores: [] };
    const record = { version: VERSION, fingerprint, ...landscape, sketch: small, states: smallStates, particles: told };
    await writeJson(this.storage, this.path(RECORD), plain(record));
  }
}

/** Older records say nothing of it. */
function apartnessOf(
  states: Kept<Landscape['states']>,
): Pick<Landscape['states'], 'silhouette' | 'separation' | 'fewAndFar'> {
  const { silhouette, separation, fewAndFar } = states as Partial<Kept<Landscape['states']>>;
  const unknown = new Float32Array(states.count).fill(NaN);
  return {
    silhouette: silhouette ? floats(silhouette) : unknown,
    separation: separation ? floats(separation) : unknown,
    fewAndFar: fewAndFar ? Uint8Array.from(numbers(fewAndFar)) : new Uint8Array(states.count),
  };
}

/** Older records say 'chosen' for a mask that was drawn or a file, and nothing of what it was. */
function withMaskOrigin({ settings, mask }: Kept<Landscape>): Pick<Landscape, 'settings' | 'mask'> {
  const said = settings.mask.within as string;
  const within = said === 'chosen' ? 'file' : settings.mask.within;
  const known = (mask as Partial<LandscapeMaskExtent>).within;
  const unknown: WithinMaskOrigin =
    within === 'file' ? { kind: 'file', name: 'chosen_mask.mrc' } : { kind: within === 'run' ? 'run' : 'none' };
  return {
    settings: { ...settings, mask: { ...settings.mask, within } } as LandscapeSettings,
    mask: { ...mask, within: known ?? unknown } as LandscapeMaskExtent,
  };
}

const numbers = (values: unknown): number[] => (values as (number | null)[]).map((value) => value ?? NaN);
const floats = (values: unknown): Float32Array => Float32Array.from(numbers(values));

function energyOf(kept: Kept<FreeEnergy>): FreeEnergy {
  return {
    ...kept,
    energy: floats(kept.energy),
    particles: floats(kept.particles),
    uncertainty: floats(kept.uncertainty),
    unsure: Uint8Array.from(numbers(kept.unsure)),
  } as FreeEnergy;
}

function pathOf(kept: Kept<LandscapePath>): LandscapePath {
  return { ...kept, points: floats(kept.points), z: floats(kept.z), energy: floats(kept.energy) } as LandscapePath;
}

/** Typed arrays as lists. */
function plain(value: unknown): unknown {
  if (ArrayBuffer.isView(value)) return Array.from(value as Float32Array);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, plain(of)]));
}
