// The runs that are kept, the one that goes on, and what their events say.
import { create } from 'zustand';
import type {
  MaskOfRun,
  ChoosingProgress,
  DatasetSummary,
  LinearProgress,
  ModelChoice,
  Params,
  PoseReport,
  Progress,
  RunEvent,
  RunSummary,
} from '../../workers/contract.ts';
import type { ErrorData } from '../base/errors.ts';
import { errorData } from './errors.ts';
import { clearLive, refreshLive, showFitting } from './live-landscape.ts';
import { loadDevice, refreshStorage, tell, tellError } from './shell.ts';
import { studio } from './studio.ts';

/** A point of the loss curve: the epochs done as a fraction, and the means since the point before. */
export interface LossPoint {
  epoch: number;
  reconstruction: number;
  kl: number;
}
/** How poses moved between two reports of an ab initio run. */
export interface MovePoint {
  /** Epochs done as a fraction; below 0 the start: −2 … −1 its first stage, −1 … 0 the refinement. */
  at: number;
  /** Share of images whose rotation moved by more than `movedDegrees`; null for a first report. */
  moving: number | null;
  movedDegrees: number;
  medianDegrees: number | null;
}
/** A linear model while it is fitted. */
export interface LinearFitting {
  progress: LinearProgress;
  /** Shares of the components in the variance, percent, descending. */
  percents: number[];
  /** Of every iteration that was heard: mean log evidence of an image over one structure. */
  evidence: { iteration: number; gain: number }[];
}
/** What a run says while it goes on; begins anew with every start of the page. */
export interface LiveRun {
  preparing: Progress | null;
  /** The device's fastest kernels are being chosen beside. */
  choosing: ChoosingProgress | null;
  /** Counted from 1. */
  epoch: number;
  imagesDone: number;
  imagesTotal: number;
  imagesPerSecond: number;
  secondsLeft: number | null;
  losses: LossPoint[];
  /** Of a linear model: how its fit stands. */
  linear: LinearFitting | null;
  /** Of every report that was heard; the run's record keeps one a stage and epoch. */
  moves: MovePoint[];
  reason: string | null;
}

/** The runs that are kept, and what goes on with them. */
export interface RunsState {
  loaded: boolean;
  runs: RunSummary[];
  currentId: string | null;
  live: Record<string, LiveRun>;
  /** A verb on its way: its button is busy. */
  pending: 'start' | 'resume' | 'pause' | 'continue' | 'stop' | 'flip' | null;
  /** Runs found interrupted when the page was opened, offered for resuming until they are put aside. */
  offered: string[];
  /** Why the last start or resume was refused. */
  error: ErrorData | null;
}

const CURRENT_KEY = 'vitrine-run';
const POINTS_KEPT = 3000;
const MOVES_KEPT = 600;
const QUIET: LiveRun = {
  preparing: null,
  choosing: null,
  epoch: 0,
  imagesDone: 0,
  imagesTotal: 0,
  imagesPerSecond: 0,
  secondsLeft: null,
  losses: [],
  linear: null,
  moves: [],
  reason: null,
};

/** Followed by selectors only. */
export const useRuns = create<RunsState>(() => ({
  loaded: false,
  runs: [],
  currentId: null,
  live: {},
  pending: null,
  offered: [],
  error: null,
}));
const { getState: get, setState: set } = useRuns;

/** Name of a new run: that of its dataset with the next number that no run has. */
export function suggestedRunName(
  { runs }: Pick<RunsState, 'runs'>,
  dataset: Pick<DatasetSummary, 'id' | 'name'>,
): string {
  const taken = new Set(runs.map((run) => run.name));
  let number = runs.filter((run) => run.datasetId === dataset.id).length + 1;
  while (taken.has(`${dataset.name} ${number}`)) number++;
  return `${dataset.name} ${number}`;
}

/** The run that Learn, Explore and Export show; null where none is kept. */
export function currentRun(state: RunsState): RunSummary | null {
  return state.runs.find(({ id }) => id === state.currentId) ?? null;
}

/** The run that computes or waits in the engine; there is at most one. */
export function activeRun(state: RunsState): RunSummary | null {
  return state.runs.find(({ status }) => status === 'running' || status === 'paused') ?? null;
}

/** Reads the list of runs, newest first, and chooses the one chosen last. A failure is told as a message. */
export async function loadRuns(): Promise<void> {
  try {
    const runs = (await studio().io.listRuns()).sort((a, b) => b.created.localeCompare(a.created));
    const wanted = get().currentId ?? localStorage.getItem(CURRENT_KEY);
    const current = runs.find(({ id }) => id === wanted) ?? runs[0];
    const offered = get().loaded ? get().offered : interrupted(runs);
    set({ runs, offered, loaded: true, currentId: current?.id ?? null });
  } catch (error) {
    set({ loaded: true });
    tellError(error);
  }
}

/** Names the runs and datasets whose records cannot be read. */
export async function tellOfDamage(): Promise<void> {
  try {
    for (const { message, file, found, advice } of await studio().io.damagedRecords())
      tell('error', message, [file, found && `found ${found}`, advice].filter(Boolean).join('. '));
  } catch (error) {
    tellError(error);
  }
}

const ASIDE_KEY = 'vitrine-put-aside';

function putAsideIds(): string[] {
  return (localStorage.getItem(ASIDE_KEY) ?? '').split(' ').filter(Boolean);
}

function interrupted(runs: RunSummary[]): string[] {
  const aside = putAsideIds();
  return runs
    .filter(({ id, status, epochsDone, params }) => {
      return status === 'interrupted' && epochsDone < params.epochs && !aside.includes(id);
    })
    .map(({ id }) => id);
}

/** No longer offers to resume this run; it stays in the list. */
export function putAside(id: string): void {
  localStorage.setItem(ASIDE_KEY, [...putAsideIds().slice(-50), id].join(' '));
  set({ offered: get().offered.filter((each) => each !== id) });
}

/** Shows a run by its id and remembers it over visits. */
export function chooseRun(id: string): void {
  localStorage.setItem(CURRENT_KEY, id);
  set({ currentId: id });
}

function put(run: RunSummary): void {
  const { runs } = get();
  const known = runs.some(({ id }) => id === run.id);
  set({ runs: known ? runs.map((each) => (each.id === run.id ? run : each)) : [run, ...runs] });
}

function change(id: string, values: (run: RunSummary) => Partial<RunSummary>): void {
  set({ runs: get().runs.map((run) => (run.id === id ? { ...run, ...values(run) } : run)) });
}

function changeLive(id: string, values: (live: LiveRun) => Partial<LiveRun>): void {
  const live = get().live[id] ?? QUIET;
  set({ live: { ...get().live, [id]: { ...live, ...values(live) } } });
}

async function verb(pending: NonNullable<RunsState['pending']>, job: () => Promise<void>): Promise<boolean> {
  set({ pending, error: null });
  try {
    await job();
    return true;
  } catch (error) {
    if (pending === 'start' || pending === 'resume') set({ error: errorData(error) });
    else tellError(error);
    return false;
  } finally {
    set({ pending: null });
  }
}

/** Starts a run and shows it. False where it was refused; why is in `error`. A mask of a file is `maskOf`. */
export function startRun(datasetId: string, name: string, params: Params, maskOf?: MaskOfRun): Promise<boolean> {
  return begin(() => studio().engine.start(datasetId, name, params, maskOf));
}

/** As `startRun`, a run of an atomic model that begins at a file's. */
export function startAtomsRun(datasetId: string, name: string, params: Params, model: ModelChoice): Promise<boolean> {
  return begin(() => studio().engine.startAtoms(datasetId, name, params, model));
}

function begin(start: () => Promise<RunSummary>): Promise<boolean> {
  return verb('start', async () => {
    const run = await start();
    clearLive();
    put(run);
    chooseRun(run.id);
  });
}

/** Goes on from the last epoch, to `epochs` in all where given. False where it was refused; why is in `error`. */
export function resumeRun(id: string, epochs: number | null): Promise<boolean> {
  return verb('resume', async () => {
    const run = await studio().engine.resume(id, epochs);
    set({ offered: get().offered.filter((each) => each !== id) });
    put(run);
    chooseRun(run.id);
  });
}

/** Lets a run wait between two steps. False where that failed, which is told. */
export const pauseRun = (id: string) => verb('pause', () => studio().engine.pause(id));
/** Lets a paused run go on. False where that failed, which is told. */
export const continueRun = (id: string) => verb('continue', () => studio().engine.continue(id));
/** No kernels are chosen beside the run; it goes on with the default ones. */
export async function keepDefaultKernels(id: string): Promise<void> {
  try {
    await studio().engine.useDefaultKernels(id);
  } catch (error) {
    tellError(error);
  }
}
/** Ends a run after its last whole epoch; it can be resumed. False where that failed, which is told. */
export const stopRun = (id: string) => verb('stop', () => studio().engine.stop(id));

/** Mirrors a run that is not going on: its field and its poses. */
export function flipRun(id: string): Promise<boolean> {
  return verb('flip', async () => {
    const run = await studio().engine.flipHand(id);
    put(run);
    void refreshLive(run);
  });
}

/** Names a run by its id. A failure is told as a message. */
export async function renameRun(id: string, name: string): Promise<void> {
  try {
    await studio().io.renameRun(id, name);
    change(id, () => ({ name }));
  } catch (error) {
    tellError(error);
  }
}

/** Removes a run with all that is kept of it. A failure is told as a message. */
export async function removeRun(id: string): Promise<void> {
  try {
    await studio().io.removeRun(id);
    const runs = get().runs.filter((run) => run.id !== id);
    set({ runs, currentId: get().currentId === id ? (runs[0]?.id ?? null) : get().currentId });
    await refreshStorage();
  } catch (error) {
    tellError(error);
  }
}

/** Reads the list again where an event names a run that is not in it. */
function known(id: string): boolean {
  if (get().runs.some((run) => run.id === id)) return true;
  void loadRuns();
  return false;
}

function thinned<P>(points: P[], most = POINTS_KEPT): P[] {
  return points.length < most ? points : points.filter((_, i) => i % 2 === 0);
}

/** Where the stage of a report begins on the axis of the epochs. */
function stageStart({ stage, epoch }: PoseReport): number {
  return stage === 'start' ? -2 : stage === 'refine' ? -1 : epoch - 1;
}

/** A report of poses as a point of the curve of moves. */
export function movePoint(report: PoseReport): MovePoint {
  const { fraction, moving, movedDegrees, medianMoveDegrees } = report;
  return { at: stageStart(report) + fraction, moving, movedDegrees, medianDegrees: medianMoveDegrees };
}

/** One report a stage and epoch, the latest in the place of those before it. */
function withReport(reports: PoseReport[], report: PoseReport): PoseReport[] {
  return [...reports.filter((each) => stageStart(each) < stageStart(report)), report];
}

/** Brings what a run has said into the store. */
export function takeRunEvent(event: RunEvent): void {
  const id = event.runId;
  switch (event.type) {
    case 'preparing':
      return changeLive(id, () => ({ preparing: event.progress }));
    case 'choosing-kernels':
      return changeLive(id, () => ({ choosing: event.progress }));
    case 'progress': {
      const { epoch, imagesDone, imagesTotal, imagesPerSecond, secondsLeft, reconstruction, kl } = event;
      const at = epoch - 1 + imagesDone / Math.max(1, imagesTotal);
      return changeLive(id, (live) => {
        // An epoch that is done again, after a lost device, takes the place of its first beginning.
        const losses = live.losses.filter((point) => point.epoch < at);
        return {
          ...{ preparing: null, epoch, imagesDone, imagesTotal, imagesPerSecond, secondsLeft },
          losses: reconstruction === null ? losses : thinned([...losses, { epoch: at, reconstruction, kl: kl ?? 0 }]),
        };
      });
    }
    case 'poses': {
      const { report } = event;
      const point = movePoint(report);
      changeLive(id, ({ moves }) => ({
        preparing: null,
        moves: thinned([...moves.filter(({ at }) => at < point.at), point], MOVES_KEPT),
      }));
      if (!known(id)) return;
      change(id, ({ poseReports = [] }) => ({ poseReports: withReport(poseReports, report) }));
      void refreshLive(get().runs.find((run) => run.id === id) ?? null);
      return;
    }
    case 'epoch': {
      const { summary } = event;
      change(id, ({ history }) => ({
        epochsDone: summary.epoch,
        history: [...history.filter(({ epoch }) => epoch < summary.epoch), summary],
      }));
      void refreshLive(get().runs.find((run) => run.id === id) ?? null);
      return;
    }
    case 'linear': {
      const { progress, percents, latents, stride } = event;
      const { iteration, evidenceGain: gain } = progress;
      changeLive(id, ({ linear }) => {
        // A fit that begins anew takes the place of what it was.
        const before = linear?.evidence.filter((point) => point.iteration < iteration) ?? [];
        const evidence = [...before, { iteration, gain }];
        return { preparing: null, epoch: iteration, linear: { progress, percents, evidence } };
      });
      if (!known(id)) return;
      const run = get().runs.find((each) => each.id === id) ?? null;
      if (run) showFitting(run, { iteration, latents, percents, stride });
      return;
    }
    case 'chain':
      return put(event.chain);
    case 'status': {
      changeLive(id, () => ({
        reason: event.reason ?? null,
        ...(event.status === 'running' ? {} : { preparing: null, choosing: null }),
      }));
      if (!known(id)) return;
      const { status, device, epochsDone } = event;
      change(id, () => ({ status, ...(device && { device }), ...(epochsDone !== undefined && { epochsDone }) }));
      if (event.device) void loadDevice();
      if (event.status === 'finished') {
        const run = get().runs.find((each) => each.id === id);
        tell('good', `${run?.name ?? 'The run'} has finished.`, event.reason);
        if (epochsDone !== undefined) void refreshLive(run ?? null);
        void refreshStorage();
      }
      return;
    }
    case 'notice':
      return change(id, ({ notices = [], params }) => ({
        notices: [...notices.slice(-19), event.notice],
        params: { ...params, ...event.params },
      }));
    case 'failed':
      changeLive(id, () => ({ preparing: null, choosing: null, secondsLeft: null }));
      change(id, () => ({ status: 'failed', error: event.error }));
      tell('error', event.error.message, event.error.advice);
  }
}
