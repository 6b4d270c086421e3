// A landscape of maps as the screen follows it: planned, made, cut, its states left out, against calls of a few lines.
import { beforeEach, expect, it } from 'vitest';
import type {
  DendrogramCut,
  Landscape,
  LandscapePlan,
  LandscapeSettings,
  LandscapeStates,
  LatentsHandle,
  RunLatents,
  RunSummary,
  StateSettings,
} from '../../../workers/contract.ts';
import type { CallControl } from '../../../workers/facade.ts';
import { LANDSCAPE_DEFAULTS } from '../../params/landscape-settings.ts';
import { VitrineError } from '../../base/errors.ts';
import { connectExplore, type ExploreBackend } from './backend.ts';
import { currentColumns } from './columns.ts';
import { computeFreeEnergy, computePath, setFreeEnergy, useFreeEnergy } from './free-energy.ts';
import {
  cancelStates,
  closeStates,
  cutStates,
  excludeStates,
  excludeTicked,
  openStates,
  rowsOfState,
  runStates,
  setStatesSettings,
  shownStates,
  tickState,
  useStates,
} from './states.ts';
import { useExplore } from './store.ts';

const handle: LatentsHandle = { runId: 'run', epoch: 3, zDim: 1, count: 6 };
const latents: RunLatents = { handle, epoch: 3, zDim: 1, count: 6, mu: Float32Array.of(0, 1, 2, 3, 4, 5) };

/** Four maps of six particles: maps 0 and 1 are a state where there are two or more, 2 and 3 the other. */
function statesIn(count: number): LandscapeStates {
  const ofMap = Int32Array.from([0, 1, 2, 3], (map) => (count === 2 ? map >> 1 : count === 1 ? 0 : map));
  const mapOfParticle = [0, 0, 0, 1, 2, 3];
  const ofParticle = Int32Array.from(mapOfParticle, (map) => ofMap[map]);
  const per = (labels: Int32Array) =>
    Uint32Array.from({ length: count }, (_, state) =>
      labels.reduce((sum, label) => sum + (label === state ? 1 : 0), 0),
    );
  const spread = new Float32Array(count);
  return {
    count,
    height: 1,
    ofMap,
    ofParticle,
    maps: per(ofMap),
    particles: per(ofParticle),
    spread,
    centreMap: per(ofMap),
    ...{ silhouette: spread, separation: spread, fewAndFar: new Uint8Array(count) },
  };
}

function landscapeOf(settings: LandscapeSettings, count = 2): Landscape {
  const pca = {
    components: 2,
    scores: new Float32Array(8),
    explainedVariance: Float32Array.of(0.7, 0.2),
    latentExplainedVariance: Float32Array.of(1),
  };
  return {
    ...{ epoch: 3, settings, created: '', maps: 'decoded', pca, states: statesIn(count), homogeneity: null },
    ...{
      particles: {
        components: 2,
        scores: Float32Array.from({ length: 12 }, (_, i) => i),
        heldOutR2: new Float32Array(2),
        learnedFrom: 0,
        how: 'exact',
      },
    },
    ...{ freeEnergy: null, path: null },
  } as Partial<Landscape> as Landscape;
}

let asked: { call: string; with: unknown }[];
let kept: Landscape | null;
let hangs: boolean;
const plan = { sketchMaps: 500, seconds: 60 } as LandscapePlan;
/** An answer that ends early where it is cancelled. */
const answer = <T>(call: string, given: unknown, result: T, { signal, onProgress }: CallControl = {}): Promise<T> =>
  new Promise((resolve, reject) => {
    asked.push({ call, with: given });
    signal?.addEventListener('abort', () => reject(new VitrineError('cancelled', 'Cancelled.')));
    onProgress?.({ fraction: 0.5, message: 'Decoding' });
    if (!hangs) setTimeout(() => resolve(result), 2);
  });
const analysis = {
  landscapeOf: () => answer('of', null, kept),
  landscapePlan: (_: LatentsHandle, settings: LandscapeSettings, control: CallControl) =>
    answer('plan', settings, plan, control),
  runLandscape: (_: LatentsHandle, settings: LandscapeSettings, control: CallControl) =>
    answer('run', settings, landscapeOf(settings), control),
  cutLandscape: (_: LatentsHandle, cut: DendrogramCut) =>
    answer('cut', cut, statesIn(cut.kind === 'count' ? cut.states : 0)),
  reclusterLandscape: (_: LatentsHandle, states: StateSettings, control: CallControl) =>
    answer(
      'recluster',
      states,
      landscapeOf({ ...LANDSCAPE_DEFAULTS, states }, states.cut.kind === 'count' ? states.cut.states : 2),
      control,
    ),
  landscapeFreeEnergy: (_: LatentsHandle, request: unknown, control: CallControl) =>
    answer('energy', request, { axes: [0] }, control),
  landscapePath: (_: LatentsHandle, request: unknown, control: CallControl) =>
    answer('path', request, { frames: 4 }, control),
};

beforeEach(() => {
  [asked, kept, hangs] = [[], null, false];
  connectExplore({ analysis } as unknown as ExploreBackend);
  closeStates();
  useExplore.setState({ latents, run: { id: 'run' } as RunSummary });
});
const rested = () => expect.poll(() => useStates.getState().work).toBe(null);
const calls = () => asked.map(({ call }) => call);

it('says what a first landscape costs, and makes it as it was asked for', async () => {
  await openStates();
  await rested();
  expect(useStates.getState()).toMatchObject({ opened: true, landscape: null, plan });
  setStatesSettings({ sketch: { maps: 200 }, mask: { within: 'drawn' } });
  expect(useStates.getState().plan).toBe(null);
  await expect.poll(() => calls()).toEqual(['of', 'plan', 'plan']);
  await rested();
  await runStates();
  expect(asked.at(-1)).toMatchObject({ call: 'run', with: { sketch: { maps: 200 }, mask: { within: 'drawn' } } });
  expect(useStates.getState().landscape?.settings.sketch.maps).toBe(200);
});

it('shows what is kept at once, as columns and as selections', async () => {
  kept = landscapeOf({ ...LANDSCAPE_DEFAULTS, sketch: { ...LANDSCAPE_DEFAULTS.sketch, maps: 4 } });
  await openStates();
  expect(calls()).toEqual(['of']);
  expect(useStates.getState().settings.sketch.maps).toBe(4);
  expect([...rowsOfState(0)]).toEqual([0, 1, 2, 3]);
  expect([...rowsOfState(1)]).toEqual([4, 5]);
  const columns = currentColumns().filter(({ source }) => source === 'volumes' || source === 'states');
  expect(columns.map(({ key, share, classes }) => [key, share, classes?.count])).toEqual([
    ['vpc1', expect.closeTo(0.7), undefined],
    ['vpc2', expect.closeTo(0.2), undefined],
    ['state', undefined, 2],
  ]);
  expect([...columns[1].values()!]).toEqual([1, 3, 5, 7, 9, 11]);
  expect([...columns[2].values()!]).toEqual([0, 0, 0, 0, 1, 1]);
});

it('follows a cut while it is moved, and keeps the last one when it rests', async () => {
  kept = landscapeOf(LANDSCAPE_DEFAULTS);
  await openStates();
  for (const states of [1, 4, 1, 4]) cutStates(states);
  await expect.poll(() => shownStates(useStates.getState())?.count).toBe(4);
  expect(useStates.getState().landscape?.states.count).toBe(2);
  expect([...rowsOfState(2)]).toEqual([4]);
  // The largest part of state 0 has its colour still, on the landscape too.
  const { places } = useStates.getState().colours;
  expect([places[0], new Set(places).size]).toEqual([0, 4]);
  expect(currentColumns().find(({ key }) => key === 'state')?.classes?.places).toEqual(places);
  await expect.poll(() => useStates.getState().landscape?.states.count).toBe(4);
  expect(useStates.getState().moved).toBe(null);
  expect(asked.filter(({ call }) => call === 'recluster')).toMatchObject([
    { with: { cut: { kind: 'count', states: 4 } } },
  ]);
});

it('leaves states out by their maps, and those before them too', async () => {
  kept = landscapeOf({
    ...LANDSCAPE_DEFAULTS,
    states: { ...LANDSCAPE_DEFAULTS.states, cut: { kind: 'count', states: 2 } },
  });
  await openStates();
  tickState(0, true);
  tickState(1, true);
  tickState(0, false);
  await excludeTicked();
  expect(asked.at(-1)).toMatchObject({ with: { excludedMaps: [2, 3], cut: { kind: 'count', states: 1 } } });
  expect(useStates.getState().ticked).toEqual([]);
  kept = landscapeOf(LANDSCAPE_DEFAULTS);
  closeStates();
  await openStates();
  await excludeStates([0]);
  expect(asked.at(-1)).toMatchObject({ with: { excludedMaps: [0, 1], cut: { kind: 'largest-gap' } } });
});

it('ends what is computed, tells why it failed, and takes nothing of a run that was left', async () => {
  await openStates();
  await rested();
  hangs = true;
  const running = runStates();
  await expect.poll(() => useStates.getState().progress).toEqual({ fraction: 0.5, message: 'Decoding' });
  expect(useStates.getState().work).toBe('run');
  cancelStates();
  await running;
  expect(useStates.getState()).toMatchObject({ work: null, progress: null, landscape: null, error: null });
  hangs = false;
  const failing = { ...analysis, runLandscape: () => Promise.reject(new VitrineError('out-of-memory', 'No room.')) };
  connectExplore({ analysis: failing } as unknown as ExploreBackend);
  await runStates();
  expect(useStates.getState()).toMatchObject({ work: null, error: { code: 'out-of-memory' } });
  connectExplore({ analysis } as unknown as ExploreBackend);
  const late = runStates();
  closeStates();
  await late;
  expect(useStates.getState()).toMatchObject({ landscape: null, latents: null, error: null });
});

it('keeps the free energy with the landscape, and a path on its axes', async () => {
  kept = landscapeOf(LANDSCAPE_DEFAULTS);
  await openStates();
  setFreeEnergy({ space: 'volume', axes: [1], fromState: 1, toState: 0, frames: 4 });
  await computeFreeEnergy();
  expect(asked.at(-1)).toMatchObject({ call: 'energy', with: { space: 'volume', axes: [1] } });
  await computePath();
  const { space, axes, fromState, toState, frames } = useFreeEnergy.getState();
  expect(asked.at(-1)).toMatchObject({ call: 'path', with: { space, axes, fromState, toState, frames } });
  expect(useStates.getState().landscape).toMatchObject({ freeEnergy: { axes: [0] }, path: { frames: 4 } });
});
