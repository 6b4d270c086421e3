// What was measured of an adapter is kept under its name, one file for each model size, and measured again only where the
// name, the sizes or the kernels' version changed. Software adapters keep their defaults unless a measurement is asked for.
import { adapterWords } from '../../gpu-adapter.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { TuningSizes } from './sizes.ts';
import { tuneEngine, type TuneOptions } from './tune.ts';
import { Tuned, TUNING_VERSION, type Tuning } from './tuned.ts';

/** Keys are file names without folder; texts are JSON. Neither may reject for what is not there. */
export interface TuningStore {
  load(key: string): Promise<string | null>;
  save(key: string, text: string): Promise<void>;
}

export interface OpenTunedOptions extends TuneOptions {
  store?: TuningStore | null;
  /** Measures software adapters too. */
  software?: boolean;
}

/** The kept tuning, or a new one that is then kept. Where measuring fails the defaults serve. */
export async function openTuned(gpu: Gpu, sizes: TuningSizes, options: OpenTunedOptions = {}): Promise<Tuned> {
  const { store, software } = options;
  if (gpu.software && !software) return Tuned.defaults(gpu);
  const key = tuningKey(gpu, sizes);
  const kept = parseTuning(await store?.load(key).catch(() => null), gpu);
  if (kept) return new Tuned(gpu, kept);
  try {
    const tuning = await tuneEngine(gpu, sizes, options);
    await store?.save(key, JSON.stringify(tuning, null, 1)).catch(() => undefined);
    return new Tuned(gpu, tuning);
  } catch (error) {
    options.signal?.throwIfAborted();
    console.warn('Kernels were not measured:', error);
    return Tuned.defaults(gpu);
  }
}

/** A file name: the adapter, the features it gave, the sizes. */
export function tuningKey(gpu: Gpu, { width, features, activation, withLatents }: TuningSizes): string {
  const adapter = adapterWords(gpu.guarded.info).replace(/[^A-Za-z0-9.]+/g, '-');
  const has = [gpu.half && 'half', gpu.subgroups && 'subgroups', gpu.matrixUnits.length > 0 && 'matrix'];
  const words = [adapter, ...has, `${features}x${width}`, activation, withLatents && 'z'].filter(Boolean);
  return `${words.join('-').slice(0, 180)}.json`;
}

/** Null for anything that is not a tuning of this adapter and version. */
export function parseTuning(text: string | null | undefined, gpu: Gpu): Tuning | null {
  if (!text) return null;
  try {
    const read = JSON.parse(text) as Partial<Tuning> | null;
    const fits =
      read?.version === TUNING_VERSION &&
      read.adapter === adapterWords(gpu.guarded.info) &&
      typeof read.choices === 'object' &&
      Object.values(read.choices).every((one) => typeof one.variant === 'string') &&
      (read.rate === undefined || read.rate > 0);
    return fits ? (read as Tuning) : null;
  } catch {
    return null;
  }
}
