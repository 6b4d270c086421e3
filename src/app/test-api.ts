// What browser stories may ask of the page: its state as plain data, instead of pixels. Read only, but for exploreVerbs.
import type {
  DatasetDraft,
  DatasetSummary,
  DeviceReport,
  ToldFinding,
  MapsKept,
  RunStatus,
  RunSummary,
} from '../../workers/contract.ts';
import { countMessages, type MessageCount } from '../../workers/client.ts';
import { currentDataset, useDatasets } from '../stores/datasets.ts';
import {
  type ExploreTestState,
  exploreTestState,
  exploreTestVerbs,
  mapsKeptState,
  useSelections,
} from '../stores/explore/index.ts';
import { useFirstAid } from '../stores/first-aid.ts';
import { useLearnForm } from '../stores/learn-form.ts';
import { useLive } from '../stores/live-landscape.ts';
import { currentRun, useRuns } from '../stores/runs.ts';
import { useShell, type Screen } from '../stores/shell.ts';

export interface VitrineTestApi {
  screen(): Screen;
  /** Lists were read and nothing is being imported. */
  ready(): boolean;
  device(): DeviceReport | null;
  draft(): DatasetDraft | null;
  datasets(): DatasetSummary[];
  dataset(): DatasetSummary | null;
  /** What first aid found of the current dataset; null until it did. */
  firstAid(): ToldFinding[] | null;
  runs(): RunSummary[];
  run(): RunSummary | null;
  status(): RunStatus | null;
  /** Of the current run's last whole epoch. */
  losses(): { epoch: number; reconstruction: number; kl: number; total: number } | null;
  progress(): { epoch: number; imagesDone: number; imagesTotal: number; imagesPerSecond: number } | null;
  estimate(): { secondsTotal: number; memoryBytes: number; imagesPerSecond: number } | null;
  /** Epoch that landscape and map on Learn show. */
  live(): { epoch: number; hasLandscape: boolean; hasMap: boolean };
  selection(): { current: number; named: { name: string; count: number }[]; total: number };
  /** Everything Explore and Export show, as plain numbers. */
  explore(): ExploreTestState;
  /** Gestures on the landscape in data coordinates. */
  exploreVerbs: typeof exploreTestVerbs;
  /** What was sent to the workers since it was last asked; the first question begins the count. */
  messages(): MessageCount;
  /** Maps that the analysis worker keeps, and how many of them the screen holds. */
  mapsKept(): Promise<MapsKept & { held: number }>;
  /** Errors on the screen, codes only. */
  errors(): string[];
}

declare global {
  interface Window {
    __vitrine?: VitrineTestApi;
  }
}

export function exposeTestApi(): void {
  const run = () => currentRun(useRuns.getState());
  window.__vitrine = {
    screen: () => useShell.getState().screen,
    ready: () => useDatasets.getState().loaded && useRuns.getState().loaded && useDatasets.getState().work === null,
    device: () => useShell.getState().device,
    draft: () => useDatasets.getState().draft,
    datasets: () => useDatasets.getState().datasets,
    dataset: () => currentDataset(useDatasets.getState()),
    firstAid: () => useFirstAid.getState()[currentDataset(useDatasets.getState())?.id ?? '']?.findings ?? null,
    runs: () => useRuns.getState().runs,
    run,
    status: () => run()?.status ?? null,
    losses() {
      const last = run()?.history.at(-1);
      if (!last) return null;
      const { epoch, reconstruction, kl, total } = last;
      return { epoch, reconstruction, kl, total };
    },
    progress() {
      const { currentId, live } = useRuns.getState();
      const standing = currentId === null ? undefined : live[currentId];
      if (!standing) return null;
      const { epoch, imagesDone, imagesTotal, imagesPerSecond } = standing;
      return { epoch, imagesDone, imagesTotal, imagesPerSecond };
    },
    estimate: () => useLearnForm.getState().estimate,
    live() {
      const { epoch, cloud, mesh } = useLive.getState();
      return { epoch, hasLandscape: cloud !== null, hasMap: mesh !== null };
    },
    selection() {
      const { current, named, total } = useSelections.getState();
      return {
        current: current.length,
        named: named.map(({ name, indices }) => ({ name, count: indices.length })),
        total,
      };
    },
    explore: exploreTestState,
    exploreVerbs: exploreTestVerbs,
    messages: countMessages,
    mapsKept: mapsKeptState,
    errors() {
      const { error, draft } = useDatasets.getState();
      const runs = useRuns.getState();
      const all = [error, runs.error, run()?.error, ...(draft?.files.map((file) => file.error) ?? [])];
      return all.flatMap((each) => (each ? [each.code] : []));
    },
  };
}
