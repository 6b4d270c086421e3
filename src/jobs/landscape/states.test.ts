// What is said of states: how well their maps lie in them, and which are few and far.
import { describe, expect, it } from 'vitest';
import { linkageOf } from '../../landscape/volumes/linkage.ts';
import type { LandscapeSketch } from './landscape.ts';
import { statesAt } from './states.ts';

/** Maps on a line, and the particles of each. */
function cutOf(places: number[], particles: number[], states: number) {
  const count = places.length;
  const own = Float64Array.from({ length: count ** 2 }, (_, at) =>
    Math.abs(places[Math.floor(at / count)] - places[at % count]),
  );
  const maps = Uint32Array.from(places.keys());
  const merges = linkageOf(own, count, 'average');
  const mapOfParticle = Uint32Array.from(particles.flatMap((number, map) => new Array<number>(number).fill(map)));
  const sketch = { particles: Uint32Array.from(particles), mapOfParticle } as Partial<LandscapeSketch>;
  const distances = { own, squared: own.map((distance) => distance ** 2) };
  const tree = { linkage: 'average', metric: 'euclidean', maps, merges } as const;
  return (known: boolean) =>
    statesAt(tree, { ...distances, own: known ? own : null }, sketch as LandscapeSketch, { kind: 'count', states });
}

describe('states at a cut', () => {
  const places = [0, 1, 2, 3, 10, 11, 12, 30, 31];
  const particles = [100, 90, 80, 70, 60, 50, 40, 4, 1];

  it('have the mean silhouette of their maps', () => {
    const { silhouette, separation, ofMap } = cutOf(places, particles, 3)(true);
    expect([...ofMap]).toEqual([0, 0, 0, 0, 1, 1, 1, 2, 2]);
    // Of each map by hand: the others of its state, and the nearest other state.
    const by = (own: number[], other: number[]): number => {
      const mean = (from: number, to: number[]) => to.reduce((sum, at) => sum + Math.abs(at - from), 0) / to.length;
      const widths = own.map((at) => {
        const [a, b] = [
          mean(
            at,
            own.filter((one) => one !== at),
          ),
          mean(at, other),
        ];
        return (b - a) / Math.max(a, b);
      });
      return widths.reduce((sum, width) => sum + width, 0) / own.length;
    };
    const [low, middle, far] = [places.slice(0, 4), places.slice(4, 7), places.slice(7)];
    expect([...silhouette]).toEqual(
      [by(low, middle), by(middle, low), by(far, middle)].map((x) => expect.closeTo(x, 5)),
    );
    expect([...separation]).toEqual([8.5, 8, 18.5].map((x) => expect.closeTo(x, 5)));
  });

  it('are few and far where they are both', () => {
    expect([...cutOf(places, particles, 3)(true).fewAndFar]).toEqual([0, 0, 1]);
    // As far with more particles, and as few but near.
    expect([...cutOf(places, [...particles.slice(0, 7), 40, 1], 3)(true).fewAndFar]).toEqual([0, 0, 0]);
    const near = [...places.slice(0, 7), 14.5, 15];
    expect([...cutOf(near, particles, 3)(true).fewAndFar]).toEqual([0, 0, 0]);
  });

  it('say nothing of it where distances are not known, or there is one', () => {
    const unknown = cutOf(places, particles, 3)(false);
    expect([...unknown.silhouette, ...unknown.separation]).toEqual(new Array(6).fill(NaN));
    expect([...unknown.fewAndFar]).toEqual([0, 0, 0]);
    const one = cutOf(places, particles, 1)(true);
    expect([one.silhouette[0], one.separation[0], one.fewAndFar[0]]).toEqual([NaN, NaN, 0]);
  });
});
