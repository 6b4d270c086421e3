// Every kernel's proof in Chromium, on its software adapter: all cases in the dedicated worker that trains, one of each folder
// in the page too and one with the kernels of real adapters, under the studio's own headers and policy. The cases are those of
// Node; here another WebGPU stack compiles and runs them. Those of one of each folder run in Chromium as people have it, all of
// them with workgroup memory zeroed by a loop in the shader (as on Metal and Direct3D), which SwiftShader compiles in a third of the time.
import { resolve } from 'node:path';
import { build, type Rolldown } from 'vite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KernelRunner } from '../testing/kernel-browser.ts';
import { listedCases } from '../testing/kernel-case-list.ts';
import { studioOfStory } from './story.ts';
import type { Studio, StudioOptions } from './studio.ts';

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

const script = await bundled();

/** Where a script can be evaluated: a page or one of its workers. */
interface Place {
  evaluate<T>(script: string): Promise<T>;
}

const ZEROED_IN_SHADER = ['--disable-dawn-features=use_vulkan_zero_initialize_workgroup_memory_extension'];

const all = listedCases.map(({ folder, one }, number) => ({ folder, name: one.name, number }));

interface Setting {
  where: string;
  kernels: 'software' | 'hardware';
  cases: typeof all;
  place: (studio: Studio) => Promise<Place>;
}

/** The dedicated worker of the engine: the one that was given its script's name. */
async function engineWorker(studio: Studio): Promise<Place> {
  await studio.until('the device', ({ device }) => device());
  const workers = studio.page.workers();
  const found = workers.find((worker) => /engine\.worker/.test(worker.url()));
  if (!found) throw new Error(`no engine worker among ${workers.map((worker) => worker.url()).join(', ')}`);
  return found;
}

it('has cases', () => {
  expect(listedCases.length).toBeGreaterThan(20);
});

const inPage = (studio: Studio): Promise<Place> => Promise.resolve(studio.page);
describeBrowser('Kernels in Chromium, zeroed in the shader', { flags: ZEROED_IN_SHADER }, [
  { where: 'the worker that trains', kernels: 'software', cases: all, place: engineWorker },
]);
describeBrowser('Kernels in Chromium', {}, [
  { where: 'the worker, as on real adapters', kernels: 'hardware', cases: firsts(all), place: engineWorker },
  { where: 'the page', kernels: 'software', cases: firsts(all), place: inPage },
]);

function describeBrowser(name: string, options: StudioOptions, settings: Setting[]): void {
  describe(name, () => {
    const studio = studioOfStory(options);

    describe.each(settings)('in $where', ({ where, kernels, cases, place: find }) => {
      let place: Place;
      let taken = 0;
      const ask = <T>(call: string): Promise<T> => place.evaluate<T>(`kernelRunner.${call}`);

      beforeAll(async () => {
        place = await find(studio.get());
        await place.evaluate(`${script};0`);
        const opened = await ask<Awaited<ReturnType<KernelRunner['open']>>>(`open('${kernels}')`);
        expect(opened.cases).toBe(listedCases.length);
      });
      afterAll(async () => {
        console.log(`${cases.length} cases in ${where}: ${(taken / 1000).toFixed(1)} s`);
        await ask('close()');
      });

      it.each(cases.map((one) => [one.folder, one.name, one.number] as const))('%s: %s', async (_, __, number) => {
        taken += (await ask<number | null>(`run(${number})`)) ?? 0;
      });
    });

    it('did this without an error', () => {
      expect(studio.get().errors).toEqual([]);
    });
  });
}
