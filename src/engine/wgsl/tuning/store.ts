// What was measured of an adapter is kept under its name, one file for each model size, and measured again only where the
// name, the sizes or the kernels' version changed. Software adapters keep their defaults unless a measurement is asked for.
import { adapterWords } from '../../gpu-adapter.ts';
import type { Gpu } from '../gpu/gpu.ts';
import type { TuningSizes } from './sizes.ts';
import { Tuned, TUNING_VERSION, type Tuning } from './tuned.ts';

/** Keys are file names without folder; texts are JSON. None may reject for what is not there. */
export interface TuningStore {
  load(key: string): Promise<string | null>;
  save(key: string, text: string): Promise<void>;
  /** Keys of all that is kept. */
  list(): Promise<string[]>;
  remove(key: string): Promise<void>;
}

/** A tuning that is kept, for people. */
export interface KeptTuning {
  key: string;
  adapter: string;
  /** Of the models it serves: "384×256 relu z". */
  sizes: string;
  /** ISO; null where the tuning does not say. */
  created: string | null;
  /** How activations are stored with it. */
  scalar: 'f16' | 'f32';
  /** Operations a second of the slowest product. */
  rate: number | null;
  /** Whether today's kernels go by it. */
  current: boolean;
}

/** All that is kept, by adapter and sizes; what cannot be read counts as of no adapter. */
export async function keptTunings(store: TuningStore): Promise<KeptTuning[]> {
  const kept = await Promise.all(
    (await store.list()).map(async (key): Promise<KeptTuning> => {
      const tuning = parsed(await store.load(key).catch(() => null));
      const [, sizes] = /-(\d+x\d+-[a-z_-]+)\.json$/.exec(key) ?? [];
      return {
        key,
        adapter: tuning?.adapter ?? '',
        sizes: sizes?.replace('x', '×').replaceAll('-', ' ') ?? '',
        created: tuning?.created ?? null,
        scalar: tuning?.choices?.['scalar']?.variant === '"f16"' ? 'f16' : 'f32',
        rate: tuning?.rate ?? null,
        current: tuning?.version === TUNING_VERSION,
      };
    }),
  );
  return kept.sort((a, b) => `${a.adapter} ${a.sizes}`.localeCompare(`${b.adapter} ${b.sizes}`));
}

/** ModelKernels are chosen again when a model is next trained. */
export async function clearTunings(store: TuningStore): Promise<number> {
  const keys = await store.list();
  for (const key of keys) await store.remove(key);
  return keys.length;
}

/** What is kept for models of these sizes on this adapter; null where there is nothing that fits. */
export async function loadTuning(gpu: Gpu, key: string, store: TuningStore | null | undefined): Promise<Tuning | null> {
  return parseTuning(await store?.load(key).catch(() => null), gpu);
}

/** Not kept where the storage does not take it: it is measured again then. */
export async function saveTuning(key: string, tuning: Tuning, store: TuningStore | null | undefined): Promise<void> {
  await store?.save(key, JSON.stringify(tuning, null, 1)).catch(() => undefined);
}

/** The device is as fast as was measured: submissions are cut by that (gpu/pace.ts). */
export function opened(gpu: Gpu, tuning: Tuning): Tuned {
  const { rate, bandwidth } = tuning;
  if (rate && bandwidth) gpu.pace.set({ flops: rate, bytes: bandwidth });
  return new Tuned(gpu, tuning);
}

/** A file name: the adapter, the features it gave, the sizes. */
export function tuningKey(gpu: Gpu, { width, features, activation, withLatents }: TuningSizes): string {
  const adapter = adapterWords(gpu.guarded.info).replace(/[^A-Za-z0-9.]+/g, '-');
  const has = [gpu.half && 'half', gpu.subgroups && 'subgroups', gpu.matrixUnits.length > 0 && 'matrix'];
  const sizes = [`${features}x${width}`, activation, withLatents && 'z'].filter(Boolean).join('-');
  return `${[adapter, ...has].filter(Boolean).join('-').slice(0, 140)}-${sizes}.json`;
}

/** Null for anything that is not a tuning of this adapter and version. */
function parseTuning(text: string | null | undefined, gpu: Gpu): Tuning | null {
  return fittingTuning(parsed(text), gpu);
}

/** As a run keeps it (KernelChoice). Null for anything that is not a tuning of this adapter and version. */
export function fittingTuning(read: unknown, gpu: Gpu): Tuning | null {
  const { version, adapter, choices, rate, bandwidth } = (read ?? {}) as Partial<Tuning>;
  const fits =
    version === TUNING_VERSION &&
    adapter === adapterWords(gpu.guarded.info) &&
    typeof choices === 'object' &&
    Object.values(choices).every((one) => typeof one.variant === 'string') &&
    (rate === undefined || rate > 0) &&
    (bandwidth === undefined || bandwidth > 0);
  return fits ? (read as Tuning) : null;
}

/** Of a model that computes with the defaults, for its run to keep. */
export function defaultTuning(gpu: Gpu): Tuning {
  return { adapter: adapterWords(gpu.guarded.info), version: TUNING_VERSION, choices: {} };
}

function parsed(text: string | null | undefined): Partial<Tuning> | null {
  try {
    const read: unknown = text ? JSON.parse(text) : null;
    return typeof read === 'object' ? (read as Partial<Tuning> | null) : null;
  } catch {
    return null;
  }
}
