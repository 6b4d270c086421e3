// The moves of poses on an axis of epochs, with the start of an ab initio run before 0.
import type { MovePoint } from '../../stores/runs.ts';

/** The points of the record, with all that was heard of a start in the place of its last reports; those that have a move. */
export function movesShown(recorded: readonly MovePoint[], heard: readonly MovePoint[]): MovePoint[] {
  const start = heard.filter(({ at }) => at <= 0);
  const points = start.length > 0 ? [...start, ...recorded.filter(({ at }) => at > 0)] : recorded;
  return points.filter(({ moving }) => moving !== null);
}

export interface MoveTicks {
  range: [number, number];
  tickvals: number[];
  ticktext: string[];
}

/** The start alone while there is nothing else, then the whole run. */
export function moveTicks(points: readonly MovePoint[], epochs: number): MoveTicks {
  const starts = points.some(({ at }) => at <= 0);
  const searched = points.some(({ at }) => at > 0);
  const last = searched ? epochs : 0;
  const tickvals = starts ? [-2, -1] : [];
  const ticktext = starts ? (searched && epochs > 20 ? ['start', ''] : ['start', 'refined']) : [];
  const step = [1, 2, 5, 10, 20, 50, 100, 200].find((each) => last / each <= 6) ?? 500;
  for (let epoch = 0; epoch <= last; epoch += step) {
    tickvals.push(epoch);
    ticktext.push(String(epoch));
  }
  return { range: [starts ? -2.1 : 0, last + 0.1], tickvals, ticktext };
}
