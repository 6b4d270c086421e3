// The apparent free energy of the particles on axes of the latents or of volume space, and a path of least resistance on it.
import { create } from 'zustand';
import type { FreeEnergyRequest, Landscape, LatentsHandle } from '../../../workers/contract.ts';
import type { CallControl } from '../../../workers/facade.ts';
import { landscapeCalls } from './landscape-calls.ts';
import { ask, useStates } from './states.ts';
import { decodeWalk } from './trajectory.ts';

const BOOTSTRAPS = 30;

/** What is asked for next. Components and states are counted from 0. */
export interface FreeEnergyState {
  space: FreeEnergyRequest['space'];
  axes: number[];
  fromState: number;
  toState: number;
  frames: number;
}

/** Followed by selectors only. */
export const useFreeEnergy = create<FreeEnergyState>(() => ({
  ...{ space: 'latent', axes: [0, 1], fromState: 0, toState: 1, frames: 10 },
}));
const { getState: get, setState: set } = useFreeEnergy;

/** Changes what is asked for. */
export function setFreeEnergy(change: Partial<FreeEnergyState>): void {
  set(change);
}

function keep(change: Partial<Landscape>): void {
  useStates.setState(({ landscape }) => ({ landscape: landscape && { ...landscape, ...change } }));
}

/** Computes the free energy on the axes that are asked for. */
export function computeFreeEnergy(): Promise<void> {
  const { space, axes } = get();
  const compute = (latents: LatentsHandle, control: CallControl) =>
    landscapeCalls().landscapeFreeEnergy(latents, { space, axes, bootstraps: BOOTSTRAPS }, control);
  return ask('energy', compute, (freeEnergy) => keep({ freeEnergy, path: null }));
}

/** Finds the path between the two states that are asked for, on the same axes. */
export function computePath(): Promise<void> {
  const { space, axes, ...ends } = get();
  const compute = (latents: LatentsHandle, control: CallControl) =>
    landscapeCalls().landscapePath(latents, { space, axes, bootstraps: BOOTSTRAPS, ...ends }, control);
  return ask('path', compute, (path) => keep({ path }));
}

/** Decodes the path's maps as a trajectory, to be played. */
export async function playPath(): Promise<void> {
  const path = useStates.getState().landscape?.path;
  if (path) await decodeWalk(path.z, path.frames);
}
