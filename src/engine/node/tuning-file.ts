// What was measured of graphics processors, in the user's cache folder.
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { homedir, platform } from 'node:os';
import { resolve } from 'node:path';
import type { TuningStore } from '../wgsl/tuning/store.ts';

/** VITRINE_CACHE, else the system's place for what may be lost. */
function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env['VITRINE_CACHE']) return resolve(env['VITRINE_CACHE']);
  const home = homedir();
  if (platform() === 'win32') return resolve(env['LOCALAPPDATA'] ?? resolve(home, 'AppData/Local'), 'vitrine');
  if (platform() === 'darwin') return resolve(home, 'Library/Caches/vitrine');
  return resolve(env['XDG_CACHE_HOME'] || resolve(home, '.cache'), 'vitrine');
}

/**
 * A file a device in `folder`, written whole or not at all. Reading gives null for what is not there; writing rejects
 * with the system's error.
 */
export function tuningFiles(folder = resolve(cacheFolder(), 'tuning')): TuningStore {
  return {
    load: (key) => readFile(resolve(folder, key), 'utf8').catch(() => null),
    async save(key, text) {
      await mkdir(folder, { recursive: true });
      const path = resolve(folder, key);
      // Two programs may tune at once: each writes a file of its own and puts it in place whole.
      const fresh = `${path}.${process.pid}`;
      await writeFile(fresh, text);
      await rename(fresh, path);
    },
    // What another program is writing ends otherwise.
    list: async () => (await readdir(folder).catch((): string[] => [])).filter((name) => name.endsWith('.json')),
    remove: (key) => rm(resolve(folder, key), { force: true }),
  };
}
