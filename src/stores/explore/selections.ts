// The selection that stands, how it came about (undo, redo), and the named ones kept with the run.
// A selection is an ascending Uint32Array of 0-based rows of the run's dataset.
import { create } from 'zustand';
import type { SavedSelection } from '../../../workers/contract.ts';
import { combine, everything, invert, type Combination } from '../../selection/sets.ts';
import { backend, errorData } from './backend.ts';
import type { ErrorData } from '../../base/errors.ts';

const STEPS_KEPT = 100;
/** Rows of all steps together: 100 MB. */
const ROWS_KEPT = 25e6;
const NOTHING = new Uint32Array(0);
/** Distinct on dark and on light. */
const SELECTION_COLORS = [
  '#e8833a',
  '#3aa6b9',
  '#b35fd0',
  '#6aa84f',
  '#d9486e',
  '#c9a227',
  '#5b7fe0',
  '#9b7653',
] as const;

/** What is selected, how it came about, and what is kept by name. */
export interface SelectionsState {
  /** Run the named selections are kept with. */
  runId: string | null;
  /** Particles of the dataset. */
  total: number;
  current: Uint32Array;
  past: Uint32Array[];
  future: Uint32Array[];
  mode: Combination;
  named: SavedSelection[];
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useSelections = create<SelectionsState>(() => ({
  runId: null,
  total: 0,
  current: NOTHING,
  past: [],
  future: [],
  mode: 'replace',
  named: [],
  error: null,
}));

const { getState: get, setState: set } = useSelections;

/** Begins anew for a run of `total` particles and fetches its named selections. */
export async function openSelections(runId: string, total: number): Promise<void> {
  if (get().runId === runId && get().total === total) return;
  set({ runId, total, current: NOTHING, past: [], future: [], named: [], error: null });
  try {
    const named = await backend().io.loadSelections(runId);
    if (get().runId === runId) set({ named });
  } catch (error) {
    set({ error: errorData(error) });
  }
}

function same(a: Uint32Array, b: Uint32Array): boolean {
  return a.length === b.length && a.every((row, i) => row === b[i]);
}

/** The name that these particles (ascending) are kept under; null where they are not. */
export function nameOfRows(rows: Uint32Array): string | null {
  return get().named.find(({ indices }) => same(indices, rows))?.name ?? null;
}

/** Makes `rows` (ascending) the standing selection, as one step of undo. */
export function setSelection(rows: Uint32Array): void {
  const { current, past } = get();
  if (same(current, rows)) return;
  set({ current: rows, past: stepsKept([...past, current]), future: [] });
}

/** The newest steps that may be kept; the last one always. */
export function stepsKept(steps: Uint32Array[], most = ROWS_KEPT): Uint32Array[] {
  let rows = 0;
  let first = steps.length;
  while (first > 0 && steps.length - first < STEPS_KEPT) {
    rows += steps[first - 1].length;
    if (rows > most && first < steps.length) break;
    first -= 1;
  }
  return steps.slice(first);
}

/** Combines rows (ascending) with the standing selection, by the mode set unless `how` says otherwise. */
export function select(rows: Uint32Array, how: Combination = get().mode): void {
  setSelection(combine(get().current, rows, how));
}

/** How the next lasso or box is combined with what is selected. */
export function setMode(mode: Combination): void {
  set({ mode });
}

/** The mode of one gesture: shift adds, alt takes away, both keep what is in both. */
export function modeWith(shift: boolean, alt: boolean): Combination {
  if (shift && alt) return 'intersect';
  if (shift) return 'add';
  return alt ? 'subtract' : get().mode;
}

/** Goes one step back; nothing at the first. */
export function undo(): void {
  const { past, current, future } = get();
  if (past.length === 0) return;
  set({ current: past[past.length - 1], past: past.slice(0, -1), future: [current, ...future] });
}

/** Goes one step forth again; nothing where none was undone. */
export function redo(): void {
  const { past, current, future } = get();
  if (future.length === 0) return;
  set({ current: future[0], past: [...past, current], future: future.slice(1) });
}

/** Selects nothing, as one step. */
export function clearSelection(): void {
  setSelection(NOTHING);
}

/** Selects the particles that are not selected, as one step. */
export function invertSelection(): void {
  setSelection(invert(get().current, get().total));
}

/** Selects all particles, as one step. */
export function selectAll(): void {
  setSelection(everything(get().total));
}

async function keep(named: SavedSelection[]): Promise<void> {
  const { runId } = get();
  set({ named, error: null });
  if (runId === null) return;
  try {
    await backend().io.saveSelections(runId, named);
  } catch (error) {
    set({ error: errorData(error) });
  }
}

/** A name not taken yet: "Selection 2", or the wished one with a number behind it. */
function freeName(wished: string): string {
  const taken = new Set(get().named.map(({ name }) => name));
  if (wished && !taken.has(wished)) return wished;
  const base = wished || 'Selection';
  for (let n = wished ? 2 : taken.size + 1; ; n++) {
    if (!taken.has(`${base} ${n}`)) return `${base} ${n}`;
  }
}

/** Keeps rows under a name, with the next colour; the standing selection unless `rows` are given. */
export async function saveSelection(name: string, rows: Uint32Array = get().current): Promise<void> {
  const { named } = get();
  const used = new Set(named.map(({ color }) => color));
  const color = SELECTION_COLORS.find((one) => !used.has(one)) ?? SELECTION_COLORS[named.length % 8];
  await keep([...named, { name: freeName(name.trim()), indices: rows.slice(), color }]);
}

/** Renames the selection at a place of the list; a name that is taken gets a number. */
export async function renameSelection(index: number, name: string): Promise<void> {
  const { named } = get();
  const wished = name.trim();
  if (!wished || named[index].name === wished) return;
  const free = freeName(wished);
  await keep(named.map((one, i) => (i === index ? { ...one, name: free } : one)));
}

/** Gives the selection at a place of the list another colour (CSS). */
export async function recolorSelection(index: number, color: string): Promise<void> {
  await keep(get().named.map((one, i) => (i === index ? { ...one, color } : one)));
}

/** Forgets the selection at a place of the list. */
export async function deleteSelection(index: number): Promise<void> {
  await keep(get().named.filter((_, i) => i !== index));
}
