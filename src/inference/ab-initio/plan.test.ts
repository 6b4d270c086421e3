// When poses are searched and when the model is drawn anew.
import { describe, expect, it } from 'vitest';
import { newRecord, params } from '../../../testing/noise-run.ts';
import { abInitioPlan } from '../../jobs/abinit-job.ts';
import { fieldOfRun, planFrom } from '../../jobs/run-particles.ts';
import { validateParams, type Params } from '../../params/params.ts';
import { localSearchIn, portionImages, resetsBefore, searchesIn, subdivisionIn } from './plan.ts';

function planOf(changes: Partial<Params>) {
  const record = {
    ...newRecord(),
    params: validateParams({ ...params, method: 'ab-initio', epochs: 20, zDim: 0, ...changes }),
  };
  return abInitioPlan(record.params, planFrom(record.params, fieldOfRun(record, {})));
}
const epochsThat = (test: (epoch: number) => boolean) => Array.from({ length: 20 }, (_, i) => i + 1).filter(test);

describe('an ab initio plan', () => {
  it('searches every n-th epoch and the last, with found poses once the field knows 10,000 images', () => {
    const plan = planOf({ searchEvery: 6 });
    expect(epochsThat((epoch) => searchesIn(plan, epoch, 1000))).toEqual([12, 18, 20]);
    expect(epochsThat((epoch) => searchesIn(plan, epoch, 100_000))).toEqual([6, 12, 18, 20]);
    expect(epochsThat((epoch) => searchesIn(plan, epoch, 100))).toEqual([]);
  });

  it('searches from the first epoch on where it begins at random, but not with a model just drawn anew', () => {
    const plan = planOf({ searchEvery: 6, start: 'random', resetEvery: 12 });
    expect(epochsThat((epoch) => resetsBefore(plan, epoch))).toEqual([13]);
    expect(epochsThat((epoch) => searchesIn(plan, epoch, 100))).toEqual([1, 6, 7, 12, 18, 19, 20]);
  });

  it('of a heterogeneous field keeps the poses that a start found, and looks around those that were given', () => {
    const kept = planOf({ zDim: 2 });
    expect(epochsThat((epoch) => searchesIn(kept, epoch, 100_000))).toEqual([]);
    const given = planOf({ zDim: 2, start: 'given', bandStart: 4, bandEnd: 8 });
    expect(epochsThat((epoch) => searchesIn(given, epoch, 100_000))).toEqual([5, 10, 15, 20]);
    expect(localSearchIn(given, 5)).toMatchObject({ coneDegrees: 15, shiftExtent: 0.5, bandStart: 4, bandEnd: 8 });
    // Asked for, a search is made; random poses are always searched everywhere.
    const everywhere = planOf({ zDim: 2, searchRange: 'everywhere' });
    expect(epochsThat((epoch) => searchesIn(everywhere, epoch, 100_000))).toEqual([5, 10, 15, 20]);
    expect(localSearchIn(everywhere, 5)).toBeUndefined();
    const random = planOf({ zDim: 2, start: 'random', searchRange: 'nowhere' });
    expect(searchesIn(random, 1, 100)).toBe(true);
    expect(localSearchIn(random, 1)).toBeUndefined();
    expect(localSearchIn(planOf({}), 5)).toBeUndefined();
  });

  it('of given tilt pairs searches everywhere: they come without shifts of the second view', () => {
    const asked = validateParams({ ...params, method: 'ab-initio', epochs: 20, zDim: 2, start: 'given' });
    const training = planFrom(asked, fieldOfRun({ ...newRecord(), params: asked }, {}));
    const plan = abInitioPlan(asked, training, { images: 100_000, tilted: true });
    expect(epochsThat((epoch) => searchesIn(plan, epoch, 100_000))).toEqual([5, 10, 15, 20]);
    expect(localSearchIn(plan, 5)).toBeUndefined();
  });

  it('has several classes where the field is heterogeneous and the images are enough', () => {
    const record = newRecord();
    const classes = (changes: Partial<Params>, images: number) => {
      const asked = validateParams({ ...params, method: 'ab-initio', ...changes });
      return abInitioPlan(asked, planFrom(asked, fieldOfRun({ ...record, params: asked }, {})), {
        images,
        tilted: false,
      }).classes;
    };
    expect(classes({ zDim: 0 }, 100_000)).toBe(1);
    expect([100, 1800, 100_000].map((images) => classes({ zDim: 2 }, images))).toEqual([1, 3, 4]);
    expect(classes({ zDim: 0, classes: 6 }, 100)).toBe(6);
    expect(() => validateParams({ classes: 2.5 })).toThrow('Classes at the start cannot be 2.5');
  });

  it('lets the band limit rise to its end', () => {
    const plan = planOf({ bandStart: 4, bandEnd: 8, bandRampEpochs: 4 });
    expect([1, 3, 5, 9].map((epoch) => subdivisionIn(plan, epoch).bandEnd)).toEqual([4, 6, 8, 8]);
    expect(planOf({ bandStart: 12, bandEnd: 8 }).search.bandStart).toBe(8);
  });

  it('takes the thesis’s numbers where nothing is said', () => {
    const { search } = planOf({});
    expect(search).toMatchObject({ baseLevel: 2, refinements: 4, kept: 8, shiftGrid: [14, 14], every: 5 });
    expect(search.shiftExtent).toBe((16 * 10) / 128);
    expect(search.bandEnd).toBe(8);
    expect(portionImages(planOf({}), 16)).toBeGreaterThanOrEqual(256);
  });
});
