// Which colour each state has. States are counted anew at every cut, the largest first; their colours stay with their particles, so that what
// is seen of a state on the tree, the landscape and in lists is one colour however the tree is cut. A colour is a place in the palette.
import type { LandscapeStates } from '../../../workers/contract.ts';

/** States that a colour was last seen on and that are not there now. */
interface GoneState {
  place: number;
  /** Its particles, ascending. */
  rows: Uint32Array;
}

/** Colours of the states that are shown, and of those that were. */
export interface StateColours {
  of: Pick<LandscapeStates, 'ofParticle' | 'count'> | null;
  /** Of each state of `of` its place in the palette, from 0. */
  places: readonly number[];
  gone: readonly GoneState[];
}

/** Before any state was seen. */
export const NO_COLOURS: StateColours = { of: null, places: [], gone: [] };

/** Colours of the palette that all look unlike; a state that was not seen before takes one that no other has had, as long as there are some. */
const UNLIKE = 10;

/**
 * Colours of other states of the same particles. Of all pairs of a state that was and one that is, those with most particles in common come
 * first and keep their colour, each colour once; then states that were seen earlier and are back, if more than half of either is the same;
 * what is left is new.
 */
export function coloursAfter(before: StateColours, states: StateColours['of']): StateColours {
  if (states === before.of) return before;
  if (!states) return { ...before, of: null, places: [], gone: goneAfter(before, []) };
  const { ofParticle, count } = states;
  const sizes = new Uint32Array(count);
  for (const state of ofParticle) if (state >= 0) sizes[state]++;
  const places = new Array<number>(count).fill(-1);
  const taken = new Set<number>();
  const give = (state: number, place: number): void => {
    if (places[state] >= 0 || taken.has(place)) return;
    places[state] = place;
    taken.add(place);
  };
  for (const { from, state } of overlaps(before.of, states)) give(state, before.places[from]);
  for (const { from, state } of returns(before.gone, states, sizes)) give(state, before.gone[from].place);
  const remembered = new Set([...before.places, ...before.gone.map(({ place }) => place)]);
  places.forEach((place, state) => {
    if (place < 0) give(state, freePlace(taken, remembered, Math.max(UNLIKE, count)));
  });
  return { of: states, places, gone: goneAfter(before, places) };
}

interface Overlap {
  /** A state that was, or a place among those that are gone. */
  from: number;
  state: number;
  particles: number;
}

const mostFirst = (a: Overlap, b: Overlap): number => b.particles - a.particles || a.state - b.state || a.from - b.from;

function overlaps(before: StateColours['of'], { ofParticle, count }: NonNullable<StateColours['of']>): Overlap[] {
  if (before?.ofParticle.length !== ofParticle.length) return [];
  const common = new Uint32Array(before.count * count);
  ofParticle.forEach((state, row) => {
    const from = before.ofParticle[row];
    if (state >= 0 && from >= 0) common[from * count + state]++;
  });
  return Array.from(common, (particles, at) => ({ from: Math.floor(at / count), state: at % count, particles }))
    .filter(({ particles }) => particles > 0)
    .sort(mostFirst);
}

/** Pairs of a state that is gone and one that is mostly the same. */
function returns(
  gone: readonly GoneState[],
  { ofParticle, count }: NonNullable<StateColours['of']>,
  sizes: Uint32Array,
): Overlap[] {
  const found = gone.flatMap(({ rows }, from) => {
    const common = new Uint32Array(count);
    for (const row of rows) if (ofParticle[row] >= 0) common[ofParticle[row]]++;
    return Array.from(common, (particles, state) => ({ from, state, particles })).filter(
      ({ particles, state }) => 2 * particles > Math.max(rows.length, sizes[state]),
    );
  });
  return found.sort(mostFirst);
}

/** The first that no state has or had; where there are none left, that none has. */
function freePlace(taken: ReadonlySet<number>, remembered: ReadonlySet<number>, most: number): number {
  for (let place = 0; place < most; place++) if (!taken.has(place) && !remembered.has(place)) return place;
  let place = 0;
  while (taken.has(place)) place++;
  return place;
}

/** The states whose colour no state has now. */
function goneAfter({ of, places, gone }: StateColours, now: readonly number[]): GoneState[] {
  const kept = gone.filter(({ place }) => !now.includes(place));
  const lost = places.flatMap((place, state) => (now.includes(place) || !of ? [] : [{ place, state }]));
  return [...kept, ...lost.map(({ place, state }) => ({ place, rows: rowsOf(of?.ofParticle, state) }))];
}

function rowsOf(labels: Int32Array | undefined, state: number): Uint32Array {
  const rows: number[] = [];
  labels?.forEach((label, row) => label === state && rows.push(row));
  return Uint32Array.from(rows);
}
