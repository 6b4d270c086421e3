// Selections against plain sets; undo and redo as a walk; named ones kept by the backend.
import { beforeEach, describe, expect, it } from 'vitest';
import type { SavedSelection } from '../../../workers/contract.ts';
import { connectExplore, type ExploreBackend } from './backend.ts';
import {
  deleteSelection,
  invertSelection,
  modeWith,
  openSelections,
  redo,
  renameSelection,
  saveSelection,
  select,
  setMode,
  stepsKept,
  undo,
  useSelections,
} from './selections.ts';

let kept: SavedSelection[] = [];
const rows = (...values: number[]) => Uint32Array.from(values);
const current = () => [...useSelections.getState().current];
let run = 0;

beforeEach(async () => {
  kept = [];
  const io = {
    loadSelections: async () => kept,
    saveSelections: async (_: string, named: SavedSelection[]) => {
      kept = named;
    },
  };
  connectExplore({ io } as unknown as ExploreBackend);
  run += 1;
  await openSelections(`run ${run}`, 6);
  setMode('replace');
});

describe('selections', () => {
  it('combines by mode and by what is held down', () => {
    select(rows(1, 2, 3));
    select(rows(3, 5), 'add');
    expect(current()).toEqual([1, 2, 3, 5]);
    setMode('subtract');
    select(rows(2));
    expect(current()).toEqual([1, 3, 5]);
    expect(modeWith(false, false)).toBe('subtract');
    expect([modeWith(true, false), modeWith(false, true), modeWith(true, true)]).toEqual([
      'add',
      'subtract',
      'intersect',
    ]);
    select(rows(0, 1, 5), modeWith(true, true));
    expect(current()).toEqual([1, 5]);
    invertSelection();
    expect(current()).toEqual([0, 2, 3, 4]);
  });

  it('goes back and forth, and a new step drops what was undone', () => {
    select(rows(1));
    select(rows(2));
    undo();
    expect(current()).toEqual([1]);
    redo();
    expect(current()).toEqual([2]);
    undo();
    select(rows(4));
    redo();
    expect(current()).toEqual([4]);
    undo();
    undo();
    undo();
    expect(current()).toEqual([]);
  });

  it('makes no step of a selection that changes nothing', () => {
    select(rows(1));
    select(rows(1));
    expect(useSelections.getState().past).toHaveLength(1);
  });

  it('keeps named selections with the run, under names not taken', async () => {
    select(rows(1, 2));
    await saveSelection('open');
    await saveSelection('open');
    await saveSelection('');
    expect(kept.map(({ name }) => name)).toEqual(['open', 'open 2', 'Selection 3']);
    expect(new Set(kept.map(({ color }) => color)).size).toBe(3);
    await renameSelection(1, 'open');
    expect(kept[1].name).toBe('open 3');
    await deleteSelection(0);
    expect(kept.map(({ name }) => name)).toEqual(['open 3', 'Selection 3']);
    expect([...kept[0].indices]).toEqual([1, 2]);
  });
});

it('keeps the newest steps that memory holds, and always the last', () => {
  const steps = [rows(1, 2, 3), rows(1, 2), rows(1), rows(1, 2, 3, 4)];
  expect(stepsKept(steps, 100)).toEqual(steps);
  expect(stepsKept(steps, 7)).toEqual(steps.slice(1));
  expect(stepsKept(steps, 2)).toEqual(steps.slice(3));
});
