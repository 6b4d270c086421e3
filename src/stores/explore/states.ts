// The landscape of maps of the run that is explored: what it is asked for and will cost, how far it is, its states and how they are cut.
// Whatever takes long can be ended, and goes on where it was when it is asked for again.
import { create } from 'zustand';
import type {
  Landscape,
  LandscapeMaskSettings,
  LandscapePlan,
  LandscapeSettings,
  LandscapeStates,
  LatentsHandle,
  ParticleSettings,
  Progress,
  SketchSettings,
  StateSettings,
} from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import type { CallControl } from '../../../workers/facade.ts';
import type { ErrorData } from '../../base/errors.ts';
import { LANDSCAPE_DEFAULTS } from '../../params/landscape-settings.ts';
import { backend, errorData, wasCancelled } from './backend.ts';
import type { Save } from './exports.ts';
import { coloursAfter, NO_COLOURS, type StateColours } from './state-colours.ts';
import { rowsOfLabel, useExplore } from './store.ts';

/** What is being computed of a landscape. */
export type StatesWork =
  'plan' | 'run' | 'mask' | 'states' | 'particles' | 'homogeneity' | 'energy' | 'path' | 'export';

/** What is known of the landscape, and what it is asked for next. */
export interface StatesState {
  /** The latents that all of this is of. */
  latents: LatentsHandle | null;
  /** What is kept of them was looked for. */
  opened: boolean;
  settings: LandscapeSettings;
  plan: LandscapePlan | null;
  landscape: Landscape | null;
  /** At a cut that is being moved; else those of the landscape. */
  moved: LandscapeStates | null;
  /** Of the states that are shown. */
  colours: StateColours;
  /** States to leave out, ticked in the list, from 0. */
  ticked: number[];
  work: StatesWork | null;
  progress: Progress | null;
  error: ErrorData | null;
}

const NOTHING: StatesState = {
  ...{ latents: null, opened: false, settings: LANDSCAPE_DEFAULTS, plan: null, landscape: null, moved: null },
  ...{ colours: NO_COLOURS, ticked: [], work: null, progress: null, error: null },
};

/** Followed by selectors only. */
export const useStates = create<StatesState>(() => NOTHING);
const { getState: get } = useStates;

/** Whatever changes which states are shown, their colours follow. */
function set(change: Partial<StatesState> | ((before: StatesState) => Partial<StatesState>)): void {
  useStates.setState((before) => {
    const next = { ...before, ...(typeof change === 'function' ? change(before) : change) };
    return { ...next, colours: coloursAfter(next.colours, shownStates(next)) };
  });
}

let stop = new AbortController();
/** Milliseconds without a move after which a cut is kept, or what is asked for is planned. */
const AT_REST = 350;
let rest: ReturnType<typeof setTimeout> | undefined;

/** The states that are shown: at the cut as it is moved. */
export function shownStates({ moved, landscape }: Pick<StatesState, 'moved' | 'landscape'>): LandscapeStates | null {
  return moved ?? landscape?.states ?? null;
}

/** Another run, or another epoch, is explored. */
export function closeStates(): void {
  stop.abort();
  clearTimeout(rest);
  set(NOTHING);
}

/** Looks for a landscape that is kept of the latents that are explored; where there is none its cost is found out. */
export async function openStates(): Promise<void> {
  const latents = useExplore.getState().latents?.handle ?? null;
  if (!latents || get().latents === latents) return;
  closeStates();
  set({ latents });
  try {
    const kept = await backend().analysis.landscapeOf(latents);
    if (get().latents !== latents) return;
    set({ opened: true });
    if (kept) take(kept);
    else void planStates();
  } catch (error) {
    if (get().latents === latents) set({ opened: true, error: errorData(error) });
  }
}

function take(landscape: Landscape): void {
  set({ landscape, settings: landscape.settings, moved: null, ticked: [] });
}

/**
 * Asks the workers for one thing; what was asked before it is given up. What comes too late, for a run that is no longer explored, is not
 * taken.
 */
export async function ask<T>(
  work: StatesWork,
  call: (latents: LatentsHandle, control: CallControl) => Promise<T>,
  onResult: (result: T) => void,
): Promise<void> {
  const { latents } = get();
  if (!latents) return;
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  const onProgress = (progress: Progress) => {
    if (!signal.aborted) set({ progress });
  };
  set({ work, progress: null, error: null });
  try {
    const result = await call(latents, { signal, onProgress });
    if (signal.aborted) return;
    set({ work: null, progress: null });
    onResult(result);
  } catch (error) {
    if (signal.aborted) return;
    set({ work: null, progress: null, moved: null, error: wasCancelled(error) ? null : errorData(error) });
  }
}

/** Ends what is being computed; maps that are decoded stay. */
export function cancelStates(): void {
  stop.abort();
  set({ work: null, progress: null, moved: null });
}

/** Finds out what the landscape as it is asked for will cost. */
export function planStates(): Promise<void> {
  const { settings } = get();
  return ask(
    'plan',
    (latents, control) => backend().analysis.landscapePlan(latents, settings, control),
    (plan) => set({ plan }),
  );
}

/** Changes what is asked for; before a first landscape what it costs is found out anew. */
export function setStatesSettings(change: {
  sketch?: Partial<SketchSettings>;
  mask?: Partial<LandscapeMaskSettings>;
  states?: Partial<StateSettings>;
  particles?: Partial<ParticleSettings>;
}): void {
  set(({ settings: { sketch, mask, states, particles } }) => ({
    settings: {
      sketch: { ...sketch, ...change.sketch },
      mask: { ...mask, ...change.mask },
      states: { ...states, ...change.states },
      particles: { ...particles, ...change.particles },
    },
  }));
  if (!change.sketch) return;
  set({ plan: null });
  clearTimeout(rest);
  rest = setTimeout(() => void planStates(), AT_REST);
}

/** Makes the landscape, or goes on where it was ended. */
export function runStates(): Promise<void> {
  clearTimeout(rest);
  const { settings } = get();
  const run = (latents: LatentsHandle, control: CallControl) =>
    backend().analysis.runLandscape(latents, settings, control);
  return ask('run', run, take);
}

/** The voxels as they are asked for, without decoding again. */
export function remaskStates(): Promise<void> {
  const { mask } = get().settings;
  const remask = (latents: LatentsHandle, control: CallControl) =>
    backend().analysis.remaskLandscape(latents, mask, control);
  return ask('mask', remask, take);
}

/** Another linkage, metric, cut, or other maps left out. */
export function reclusterStates(change: Partial<StateSettings>): Promise<void> {
  clearTimeout(rest);
  const states = { ...get().settings.states, ...change };
  set(({ settings }) => ({ settings: { ...settings, states } }));
  const recluster = (latents: LatentsHandle, control: CallControl) =>
    backend().analysis.reclusterLandscape(latents, states, control);
  return ask('states', recluster, take);
}

const cutLatest = latestWins(async (latents: LatentsHandle, states: number) => {
  const moved = await backend().analysis.cutLandscape(latents, { kind: 'count', states });
  if (get().latents === latents && wantedStates === states) set({ moved, ticked: [] });
});
/** Of the cut that was asked for last. */
let wantedStates = 0;

/** Cuts the tree in so many states: shown at once, and kept when the cut rests. */
export function cutStates(states: number): void {
  const { latents } = get();
  if (!latents || states === wantedStates) return;
  wantedStates = states;
  cutLatest(latents, states).catch((error: unknown) => set({ moved: null, error: errorData(error) }));
  clearTimeout(rest);
  rest = setTimeout(() => {
    wantedStates = 0;
    void reclusterStates({ cut: { kind: 'count', states } });
  }, AT_REST);
}

/** Ticks a state to be left out, or takes the tick away. */
export function tickState(state: number, isTicked: boolean): void {
  set(({ ticked }) => ({ ticked: isTicked ? [...ticked, state] : ticked.filter((other) => other !== state) }));
}

/** Leaves the ticked states out. */
export function excludeTicked(): Promise<void> {
  return excludeStates(get().ticked);
}

/** Leaves states of the landscape out and makes components, tree and states of the other maps again. */
export function excludeStates(states: readonly number[]): Promise<void> {
  const { landscape, settings } = get();
  if (!landscape || states.length === 0) return Promise.resolve();
  const { ofMap, count } = landscape.states;
  const out = [...ofMap.keys()].filter((map) => states.includes(ofMap[map]));
  const excludedMaps = [...new Set([...settings.states.excludedMaps, ...out])].sort((a, b) => a - b);
  const left = Math.max(1, count - states.length);
  const { cut } = settings.states;
  return reclusterStates({ excludedMaps, ...(cut.kind === 'count' && { cut: { kind: 'count', states: left } }) });
}

/** All particles in volume space, by what is learned of maps decoded for it. */
export function computeParticleVolumes(trainMaps: number): Promise<void> {
  const particles = { ...get().settings.particles, trainMaps };
  const compute = (latents: LatentsHandle, control: CallControl) =>
    backend().analysis.landscapeParticles(latents, particles, control);
  return ask('particles', compute, take);
}

/** Whether the sketch has maps enough, by maps decoded for it where particles have no volume components. */
export function measureHomogeneity(): Promise<void> {
  return ask('homogeneity', (latents, control) => backend().analysis.landscapeHomogeneity(latents, control), take);
}

/** Rows of a state that is shown, ascending. */
export function rowsOfState(state: number): Uint32Array {
  const states = shownStates(get());
  return states ? rowsOfLabel(states.ofParticle, state) : new Uint32Array(0);
}

/** Tables, maps of states, lists of particles and figures, as a zip. */
export function exportStates(save: Save): Promise<void> {
  const name = useExplore.getState().run?.name ?? 'landscape';
  return ask(
    'export',
    (latents, control) => backend().analysis.exportLandscape(latents, `${name}_states`, control),
    ({ name: file, blob }) => save(file, blob),
  );
}

/** Takes the error from the screen. */
export function dismissStatesError(): void {
  set({ error: null });
}
