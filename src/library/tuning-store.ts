// What was measured of graphics processors, beside the library's data sets and runs.
import type { TuningStore } from '../engine/wgsl/tuning/store.ts';
import type { Storage } from './storage.ts';

const FOLDER = 'tuning';

/** Where measurements of graphics processors are kept in a storage. */
export function tuningStore(storage: Storage): TuningStore {
  return {
    async load(key) {
      const bytes = await storage.read(`${FOLDER}/${key}`);
      return bytes && new TextDecoder().decode(bytes);
    },
    save: (key, text) => storage.write(`${FOLDER}/${key}`, text),
    list: async () => (await storage.list(FOLDER)).flatMap(({ name, kind }) => (kind === 'file' ? [name] : [])),
    remove: (key) => storage.remove(`${FOLDER}/${key}`),
  };
}
