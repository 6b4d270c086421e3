// Every kernel's proof in Chromium, on its software adapter: all cases in the dedicated worker that trains, one of each folder
// in the page too and one with the kernels of real adapters, under the studio's own headers and policy. The cases are those of
// Node; here another WebGPU stack compiles and runs them.
import { resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelRunner } from '../testing/kernel-browser.ts';
import { listedCases } from '../testing/kernel-case-list.ts';
import { studioOfStory } from './story.ts';

/** The cases as one classic script. */
async function bundled(): Promise<string> {
  const root = resolve(import.meta.dirname, '..');
  const built = (await build({
    ...{ root, configFile: false, publicDir: false, logLevel: 'warn' },
    build: {
      ...{ write: false, minify: false, target: 'es2023' },
      lib: { entry: resolve(root, 'testing/kernel-browser.ts'), formats: ['iife'], name: 'kernels' },
    },
  })) as Rolldown.RolldownOutput[];
  return built.flatMap(({ output }) => output.flatMap((part) => (part.type === 'chunk' ? [part.code] : []))).join('\n');
}

/** One case of each folder. */
function firsts<T extends { folder: string }>(cases: T[]): T[] {
  return cases.filter(({ folder }, i) => i === cases.findIndex((other) => other.folder === folder));
}

/** Where a script can be evaluated: a page or one of its workers. */
interface Place {
  evaluate<T>(script: string): Promise<T>;
}

describe('Kernels in Chromium', () => {
  const studio = studioOfStory();
  let script = '';
  beforeAll(async () => {
    script = await bundled();
  });

  it('has cases', () => {
    expect(listedCases.length).toBeGreaterThan(20);
  });

  const all = listedCases.map(({ folder, one }, number) => ({ folder, name: one.name, number }));
  const places: [string, 'software' | 'hardware', typeof all, () => Promise<Place>][] = [
    ['the worker that trains', 'software', all, engineWorker],
    ['the worker, as on real adapters', 'hardware', firsts(all), engineWorker],
    ['the page', 'software', firsts(all), () => Promise.resolve(studio.get().page)],
  ];

  /** The dedicated worker of the engine: the one that was given its script's name. */
  async function engineWorker(): Promise<Place> {
    await studio.get().until('the device', ({ device }) => device());
    const workers = studio.get().page.workers();
    const found = workers.find((worker) => /engine\.worker/.test(worker.url()));
    if (!found) throw new Error(`no engine worker among ${workers.map((worker) => worker.url()).join(', ')}`);
    return found;
  }

  describe.each(places)('in %s', (where, kernels, cases, find) => {
    let place: Place;
    let taken = 0;
    const ask = <T>(call: string): Promise<T> => place.evaluate<T>(`kernelRunner.${call}`);

    beforeAll(async () => {
      place = await find();
      await place.evaluate(`${script};0`);
      const opened = await ask<Awaited<ReturnType<KernelRunner['open']>>>(`open('${kernels}')`);
      expect(opened.cases).toBe(listedCases.length);
    });
    afterAll(async () => {
      console.log(`${cases.length} cases in ${where}: ${(taken / 1000).toFixed(1)} s`);
      await ask('close()');
    });

    it.each(cases.map(({ folder, name, number }) => [folder, name, number] as const))(
      '%s: %s',
      async (_, __, number) => {
        taken += (await ask<number | null>(`run(${number})`)) ?? 0;
      },
    );
  });

  it('did this without an error', () => {
    expect(studio.get().errors).toEqual([]);
  });
});
