import { expect, it } from 'vitest';
import { mapStatistics } from '../src/isosurface/statistics.ts';
import { surfaceNets } from '../src/isosurface/surface-nets.ts';
import { ComponentMaps } from './component-maps.ts';
import type { DecodeRequest } from './contract.ts';
import { buffersOf } from './wire.ts';

const D = 12;
/** Blobs around three places: a mean map and two components. */
const maps = [0, 1.5, -2].map((shift) =>
  Float32Array.from({ length: D ** 3 }, (_, i) => {
    const [x, y, z] = [i % D, Math.floor(i / D) % D, Math.floor(i / D ** 2)].map((at) => at - D / 2);
    return 4 * Math.exp(-((x - shift) ** 2 + y ** 2 + (z + shift) ** 2) / 8);
  }),
);
const sumAt = (z: readonly number[]) => maps[0].map((value, i) => value + z[0] * maps[1][i] + z[1] * maps[2][i]);

function held() {
  const asked: DecodeRequest[] = [];
  let failing = false;
  const components = new ComponentMaps((request) => {
    asked.push(request);
    if (failing) return Promise.reject(new Error('no engine'));
    return Promise.resolve({ boxPixels: D, pixelSizeAngstrom: 3, values: sumAt(request.z), epoch: 2 });
  });
  return { asked, components, fail: (now: boolean) => (failing = now) };
}
const place = { runId: 'a', epoch: null, boxPixels: D, components: 2 };

it('adds the maps up as the engine would, and asks it for q + 1 maps once', async () => {
  const { asked, components } = held();
  for (const z of [
    [0.5, -1],
    [-2, 0],
  ]) {
    const { level, mesh, statistics } = await components.surface(place, z, { kind: 'value', value: 2 }, {});
    expect(level).toBe(2);
    expect(statistics).toEqual(mapStatistics(maps[0]));
    const expected = surfaceNets(sumAt(z), D, 3, 2);
    expect(mesh.indices).toEqual(expected.indices);
    mesh.positions.forEach((value, i) => expect(value).toBeCloseTo(expected.positions[i], 4));
  }
  expect(asked.map(({ z }) => z)).toEqual([
    [0, 0],
    [1, 0],
    [0, 1],
  ]);
  const mean = await components.surface(place, [0, 0], { kind: 'suggested' }, {});
  expect(mean.level).toBe(mapStatistics(maps[0]).suggestedLevel);
});

it('keeps what it needs of what it gives away', async () => {
  const { components } = held();
  const results = async () => [
    await components.surface(place, [1, 0], { kind: 'suggested' }, {}),
    await components.spread(place, {}),
  ];
  const first = structuredClone(await results());
  const given = await results();
  structuredClone(given, { transfer: buffersOf(given) });
  expect(await results()).toEqual(first);
});

it('says how much each voxel varies, and where the colours end', async () => {
  const { components } = held();
  const { values, high } = await components.spread(place, {});
  values.forEach((value, i) => expect(value).toBeCloseTo(Math.hypot(maps[1][i], maps[2][i]), 4));
  expect(values.filter((value) => value > high).length).toBeLessThanOrEqual(Math.ceil(D ** 3 / 1000) + 1);
  expect(high).toBeGreaterThan(0);
});

it('refuses a latent of another length, and asks again after a failure or for another run', async () => {
  const { asked, components, fail } = held();
  fail(true);
  await expect(components.surface(place, [0, 0], { kind: 'suggested' }, {})).rejects.toThrow('no engine');
  fail(false);
  await components.surface(place, [0, 0], { kind: 'suggested' }, {});
  expect(asked).toHaveLength(4);
  await components.surface({ ...place, runId: 'b' }, [0, 0], { kind: 'suggested' }, {});
  expect(asked).toHaveLength(7);
  const refused = components.surface({ ...place, runId: 'b' }, [0], { kind: 'suggested' }, {});
  await expect(refused).rejects.toMatchObject({ code: 'value-out-of-range' });
});
