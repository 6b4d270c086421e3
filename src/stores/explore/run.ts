// Brings the current run of the studio onto Explore and Export: opens it when it changes or has a new epoch, and shows a
// first map.
import { useEffect } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import { isHomogeneous, openRun, useExplore } from './store.ts';
import { zOfRow } from '../../columns/place.ts';
import { closeGallery } from './gallery.ts';
import { markRow, resetLandscape } from './landscape.ts';
import { closeMask, openKeptMasks } from './mask.ts';
import { closeMaskDrawing } from './mask-drawing.ts';
import { nameOf } from './names.ts';
import { openMaps, showMapAt } from './maps.ts';
import { useMaps } from './maps-state.ts';
import { closeStates } from './states.ts';
import { closeTrajectory } from './trajectory.ts';
import { currentRun, useRuns } from '../runs.ts';

let shown: string | null = null;

/** The current run, opened while the calling screen is mounted. */
export function useShownRun(): RunSummary | null {
  const run = useRuns(currentRun);
  useEffect(() => {
    if (run && run.epochsDone > 0) void show(run);
  }, [run]);
  return run;
}

async function show(run: RunSummary): Promise<void> {
  const key = `${run.id} ${run.epochsDone} ${run.mirrored === true}`;
  if (key !== shown) {
    shown = key;
    openMaps(run.id, run.boxPixels);
    closeGallery();
    closeTrajectory();
    closeMask();
    closeMaskDrawing();
    closeStates();
    // Before anything is computed: what arrives first marks its particle on the new landscape.
    if (useExplore.getState().run?.id !== run.id) resetLandscape(run.latentDimension, run.can.components);
    await openRun(run);
    void openKeptMasks(run);
    const label = `Epoch ${run.epochsDone}${run.mirrored ? ', mirrored' : ''}`;
    if (isHomogeneous(run) && shown === key) showMapAt([], label, null);
    return;
  }
  await openRun(run);
}

/** Shows the first map of a run, the centre of its largest cluster, once clusters are known. Gives what ends that. */
export function showFirstMap(): () => void {
  return useExplore.subscribe(({ run, latents, clusters, phase }) => {
    const { result } = clusters;
    const { a, decoding } = useMaps.getState();
    if (phase !== 'ready' || !run || !latents || !result || a || decoding) return;
    const largest = result.counts.indexOf(Math.max(...result.counts));
    const row = result.centreIndices[largest];
    markRow(row);
    showMapAt(zOfRow(latents, row), `Cluster ${largest + 1}, ${nameOf(row)}`, row);
  });
}
