// Playing order, and maps that overtake each other, against a backend of a few lines.
import { describe, expect, it } from 'vitest';
import type {
  ComponentsPlace,
  ContouredMap,
  MapReference,
  MapRequest,
  MapSeriesRequest,
  RunLatents,
  RunSummary,
  SummedMap,
} from '../../../workers/contract.ts';
import type { CallControl } from '../../../workers/facade.ts';
import { VitrineError } from '../../base/errors.ts';
import { connectExplore, type ExploreBackend } from './backend.ts';
import { cancelMap, openMaps, pinAsB, previewBox, setFinish, setLevel, showMapAlong, showMapAt } from './maps.ts';
import { useMaps } from './maps-state.ts';
import { heldMaps } from './map-handles.ts';
import { readFits, useExplore } from './store.ts';
import {
  closeTrajectory,
  decodeTrajectory,
  frameBox,
  nextFrame,
  setTrajectory,
  showFrame,
  useTrajectory,
  windowsOf,
} from './trajectory.ts';

const latents: RunLatents = {
  handle: { runId: 'run', epoch: 1, zDim: 3, count: 3 },
  ...{ epoch: 1, zDim: 3, count: 3, mu: new Float32Array([1, 2, 3, -1, 0, 1, 4, 4, -2]), norm: new Float32Array(3) },
};

it('bounces at the ends or starts over', () => {
  const walk = (ending: 'loop' | 'bounce') => {
    const seen = [0];
    for (let step = 1, i = 0; i < 6; i++) {
      const [frame, next] = nextFrame(seen[i], 3, step, ending);
      seen.push(frame);
      step = next;
    }
    return seen;
  };
  expect(walk('bounce')).toEqual([0, 1, 2, 1, 0, 1, 2]);
  expect(walk('loop')).toEqual([0, 1, 2, 0, 1, 2, 0]);
});

describe('maps', () => {
  const asked: string[] = [];
  const levels: number[] = [];
  const series: MapSeriesRequest[] = [];
  /** What the analysis worker keeps, and what it was told is shown. */
  const kept = new Set<string>();
  let shown: string[] = [];
  const statistics = {
    ...{ min: 0, max: 10, mean: 2, standardDeviation: 1, histogram: new Uint32Array(256), suggestedLevel: 5 },
  };
  const mesh = () => ({ positions: new Float32Array(), normals: new Float32Array(), indices: new Uint32Array() });
  function contoured({ key, level, ...source }: MapRequest): ContouredMap {
    const { z, boxPixels } = source;
    const map = { key, source, z, boxPixels, pixelSizeAngstrom: 1, statistics };
    kept.add(key);
    const value = level.kind === 'sigmas' ? 2 + level.value : level.kind === 'value' ? level.value : 5;
    levels.push(value);
    return { map, level: value, mesh: mesh() };
  }
  const analysis = {
    async decode(request: MapRequest): Promise<ContouredMap> {
      asked.push(`${request.z[0]}@${request.boxPixels}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      return contoured(request);
    },
    async decodeSeries({ maps, ...request }: MapSeriesRequest, onMap: (i: number, one: ContouredMap) => void) {
      series.push({ maps, ...request });
      for (const [i, one] of maps.entries()) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        onMap(i, contoured({ ...request, ...one }));
      }
    },
    isosurface: async (_: MapReference, level: number) => {
      levels.push(level);
      return mesh();
    },
    fsc: async () => new Float32Array([1, 0.5]),
    trajectory: async ({ steps }: { steps: number }) => new Float32Array(3 * steps),
    nearest: async () => new Uint32Array(3),
    showMaps: async (keys: string[]) => void (shown = keys),
    releaseMaps: async (keys: string[]) => keys.forEach((key) => kept.delete(key)),
  };
  const backend = { analysis } as unknown as ExploreBackend;
  const settled = async () => {
    while (useMaps.getState().decoding) await new Promise((resolve) => setTimeout(resolve, 2));
  };

  it('shows a small map first and finishes only the newest request', async () => {
    connectExplore(backend);
    openMaps('run', 128);
    for (const z of [1, 2, 3]) showMapAt([z], `Map ${z}`, null);
    await settled();
    // 1 had begun when 3 came; 2 was overtaken before it began; only 3 was worth its whole map.
    expect(asked).toEqual([`1@${previewBox(128)}`, `3@${previewBox(128)}`, '3@128']);
    expect(useMaps.getState().a).toMatchObject({ label: 'Map 3', preview: false, level: 5 });
  });

  it('gives up what is overtaken or cancelled, and tells how far a long map is', async () => {
    const begun: { z: number; signal: AbortSignal }[] = [];
    const decode = (request: MapRequest, { signal, onProgress }: Required<CallControl>) =>
      new Promise<ContouredMap>((resolve, reject) => {
        const { z, boxPixels } = request;
        begun.push({ z: z[0], signal });
        signal.addEventListener('abort', () => {
          // The worker may have been done already; the answer is not heard.
          contoured(request);
          reject(new VitrineError('cancelled', 'Cancelled.'));
        });
        onProgress({ fraction: 0.25, message: `Decoding ${boxPixels}³` });
        if (boxPixels < 128) resolve(contoured(request));
      });
    connectExplore({ analysis: { ...analysis, decode } } as unknown as ExploreBackend);
    openMaps('run', 128);
    showMapAt([1], 'one', null);
    await expect.poll(() => useMaps.getState().progress).toEqual({ fraction: 0.25, message: 'Decoding 128³' });
    showMapAt([2], 'two', null);
    expect(useMaps.getState()).toMatchObject({ progress: null, decoding: true });
    expect(begun.map(({ z, signal }) => [z, signal.aborted])).toEqual([
      [1, true],
      [1, true],
    ]);
    await expect.poll(() => useMaps.getState().a?.label).toBe('two');
    await expect.poll(() => useMaps.getState().progress?.message).toBe('Decoding 128³');
    cancelMap();
    expect(begun[3]).toMatchObject({ z: 2, signal: { aborted: true } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(useMaps.getState()).toMatchObject({ decoding: false, progress: null, error: null });
    expect(useMaps.getState().a).toMatchObject({ label: 'two', preview: true });
    expect([...kept]).toEqual([useMaps.getState().a?.map.key]);
  });

  it('contours A and B at the level set by hand, previews at as many σ', async () => {
    connectExplore(backend);
    openMaps('run', 128);
    showMapAt([1], 'one', null);
    await settled();
    pinAsB();
    levels.length = 0;
    setLevel(4);
    await new Promise((resolve) => setTimeout(resolve, 10));
    expect(useMaps.getState().a?.level).toBe(4);
    expect(useMaps.getState().b?.level).toBe(4);
    showMapAt([2], 'two', null);
    await settled();
    expect(levels).toEqual([4, 4, 4, 4]);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(useMaps.getState().fsc).toEqual(new Float32Array([1, 0.5]));
    const { a, b } = useMaps.getState();
    expect(shown).toEqual([a?.map.key, b?.map.key]);
  });

  it('follows sliders with sums at once, of the newest only, and decodes the whole map once they rest', async () => {
    const sums: { z: number[]; boxPixels: number; answer: () => void }[] = [];
    const sumComponents = ({ boxPixels }: ComponentsPlace, z: number[]) =>
      new Promise<SummedMap>((resolve) => {
        const answer = () => resolve({ boxPixels, pixelSizeAngstrom: 2, statistics, level: 5, mesh: mesh() });
        sums.push({ z, boxPixels, answer });
      });
    connectExplore({ analysis: { ...analysis, sumComponents } } as unknown as ExploreBackend);
    openMaps('run', 128);
    asked.length = 0;
    for (const z of [[1], [2], [3]]) showMapAlong(z);
    sums[0].answer();
    await expect.poll(() => sums.length).toBe(2);
    expect(useMaps.getState().along).toEqual([3]);
    // The first was overtaken on its way, but is nearer to where the slider is than what was there.
    expect(useMaps.getState().a).toMatchObject({ preview: true, map: { z: [1], boxPixels: 64 } });
    sums[1].answer();
    await expect.poll(() => useMaps.getState().a?.preview).toBe(false);
    expect(sums.map(({ z, boxPixels }) => [z[0], boxPixels])).toEqual([
      [1, 64],
      [3, 64],
    ]);
    expect(asked).toEqual(['3@128']);
    await settled();
    expect(useMaps.getState()).toMatchObject({ along: [3], a: { label: 'Along components', map: { z: [3] } } });
    showMapAlong([4]);
    showMapAt([9], 'a particle', 2);
    sums[2].answer();
    await settled();
    // A click in the landscape takes the map from the sliders.
    expect(useMaps.getState()).toMatchObject({ along: null, a: { label: 'a particle' } });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(asked.slice(1)).toEqual([`9@${previewBox(128)}`, '9@128']);
    expect([...kept]).toEqual([useMaps.getState().a?.map.key]);
  });

  it('asks for windows of the latents on the screen at the box of the images, and counts what passes', async () => {
    const told: (string | undefined)[] = [];
    const decodeSeries = async (
      request: MapSeriesRequest,
      onMap: (i: number, one: ContouredMap) => void,
      { onProgress }: CallControl,
    ) => {
      onProgress?.({ fraction: 0.5, message: 'Adding images: 2' });
      told.push(useTrajectory.getState().progress?.message);
      await analysis.decodeSeries(request, onMap);
    };
    connectExplore({ ...backend, analysis: { ...analysis, decodeSeries } } as unknown as ExploreBackend);
    openMaps('run', 128);
    useExplore.setState({ run: { id: 'run', boxPixels: 128 } as RunSummary, latents });
    setTrajectory({ kind: 'points', frames: 2, source: 'images', windowImages: 2, half: true });
    await decodeTrajectory([0, 1]);
    expect(useTrajectory.getState()).toMatchObject({ status: 'done', frames: [{}, {}] });
    expect(series.at(-1)).toMatchObject({ epoch: 1, boxPixels: 128, from: 'window', windowImages: 2, sameLevel: true });
    expect(told).toEqual(['Adding images: 2']);
    // Clipped, the window that is shown is made again as a window.
    asked.length = 0;
    const sources: MapRequest[] = [];
    const decode = (request: MapRequest) => {
      sources.push(request);
      return analysis.decode(request);
    };
    connectExplore({ ...backend, analysis: { ...analysis, decode } } as unknown as ExploreBackend);
    setFinish({ clip: true });
    await settled();
    expect(sources).toMatchObject([{ from: 'window', windowImages: 2, finish: { clip: true }, boxPixels: 128 }]);
    setFinish({ clip: false });
    await settled();
    closeTrajectory();
    setTrajectory({ source: 'model', windowImages: null, half: false });
    openMaps('another', 128);
  });

  it('holds the frames of a walk and what is shown, and nothing once the run is left', async () => {
    connectExplore(backend);
    openMaps('run', 128);
    useExplore.setState({ run: { id: 'run', boxPixels: 128 } as RunSummary, latents });
    setTrajectory({ kind: 'points', frames: 3 });
    await decodeTrajectory([0, 1]);
    expect(useTrajectory.getState().status).toBe('done');
    expect(series.at(-1)).toMatchObject({ epoch: null, boxPixels: 128 });
    expect(series.at(-1)).not.toHaveProperty('from');
    expect(kept.size).toBe(3);
    showFrame(2);
    pinAsB();
    const keys = useTrajectory.getState().frames.map((frame) => frame?.map.key);
    closeTrajectory();
    // A frame that is shown goes on being kept.
    expect([...kept]).toEqual([keys[2]]);
    expect(shown).toEqual([keys[2], keys[2]]);
    openMaps('another', 128);
    expect([kept.size, heldMaps(), shown]).toEqual([0, [], []]);
  });
});

it('makes as many windows as memory holds, overlapping unless their width is given', () => {
  const run = { boxPixels: 128, particles: 1000 };
  expect(windowsOf(run, { frames: 10, windowImages: null })).toEqual({ windows: 10, images: 200 });
  expect(windowsOf(run, { frames: 10, windowImages: 50 })).toEqual({ windows: 10, images: 50 });
  expect(windowsOf(run, { frames: 10, windowImages: 5000 }).images).toBe(1000);
  expect(windowsOf({ ...run, boxPixels: 256 }, { frames: 50, windowImages: null })).toEqual({
    windows: 9,
    images: 223,
  });
  expect(windowsOf({ ...run, boxPixels: 1024 }, { frames: 50, windowImages: 1 })).toEqual({ windows: 2, images: 2 });
});

it('keeps the size of the frames while memory holds them, then halves it', () => {
  expect(frameBox(128, 40)).toBe(128);
  expect(frameBox(256, 50)).toBe(128);
  expect(frameBox(256, 9)).toBe(256);
  expect(6 * frameBox(512, 200) ** 3 * 200).toBeLessThanOrEqual(1e9);
});

it('takes what a check says of the images each time that it says something else', async () => {
  let quality = Float32Array.of(1, 2);
  const io = { imageFits: () => Promise.resolve({ contrast: null, evidenceGain: null, quality }) };
  connectExplore({ io } as unknown as ExploreBackend);
  useExplore.setState({ run: { id: 'run' } as RunSummary, fits: null });
  await readFits('run');
  const first = useExplore.getState().fits;
  expect([...first!.quality!]).toEqual([1, 2]);
  quality = Float32Array.of(1, 2);
  await readFits('run');
  expect(useExplore.getState().fits).toBe(first);
  quality = Float32Array.of(1, 3);
  await readFits('run');
  expect([...useExplore.getState().fits!.quality!]).toEqual([1, 3]);
  quality = Float32Array.of(9, 9);
  await readFits('another');
  expect([...useExplore.getState().fits!.quality!]).toEqual([1, 3]);
});
