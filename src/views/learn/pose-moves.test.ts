import { expect, it } from 'vitest';
import type { MovePoint } from '../../stores/runs.ts';
import { movesShown, moveTicks } from './pose-moves.ts';

const at = (place: number, moving: number | null = 0.5): MovePoint => ({
  ...{ at: place, moving, movedDegrees: 10, medianDegrees: 1 },
});

it('shows all that was heard of the start before the searches of the record', () => {
  const places = (points: MovePoint[]) => points.map((point) => point.at);
  const recorded = [at(-1), at(0), at(6)];
  expect(places(movesShown(recorded, []))).toEqual([-1, 0, 6]);
  expect(places(movesShown(recorded, [at(-2, null), at(-1.5), at(-1), at(0), at(6)]))).toEqual([-1.5, -1, 0, 6]);
  expect(places(movesShown(recorded, [at(6)]))).toEqual([-1, 0, 6]);
});

it('has an axis of the start, then of the whole run', () => {
  expect(moveTicks([at(-1.5)], 30)).toEqual({
    ...{ range: [-2.1, 0.1], tickvals: [-2, -1, 0], ticktext: ['start', 'refined', '0'] },
  });
  const { range, ticktext } = moveTicks([at(-1), at(6)], 30);
  expect(range).toEqual([-2.1, 30.1]);
  expect(ticktext).toEqual(['start', '', '0', '5', '10', '15', '20', '25', '30']);
  expect(moveTicks([at(1)], 12).range[0]).toBe(0);
});
