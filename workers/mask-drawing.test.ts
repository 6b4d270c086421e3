// A drawn mask in the analysis worker: what it is kept as, the maps of its regions, a file among its shapes.
import { expect, it } from 'vitest';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { drawnMask } from '../src/validation/drawn-mask.ts';
import type { MaskPart } from './contract.ts';
import { MapRegistry } from './map-registry.ts';
import { drawMask } from './mask-drawing.ts';

const grid = { boxPixels: 24, pixelSizeAngstrom: 4, edgeAngstrom: 8 };
const sphere = (radiusAngstrom: number) => ({ kind: 'sphere', centreAngstrom: [0, 0, 0], radiusAngstrom }) as const;
const refused = () => Promise.reject(new Error('Nothing is decoded here.'));

it('is kept as a map of its factors, with its surface and how far it reaches', async () => {
  const registry = new MapRegistry(refused);
  const part: MaskPart = { how: 'add', ...sphere(24) };
  const { map, level, mesh } = await drawMask({ key: 'mask', parts: [part], ...grid }, registry);
  expect(map).toMatchObject({ key: 'mask', source: null, z: [], boxPixels: 24, pixelSizeAngstrom: 4 });
  expect(level).toBe(0.5);
  // Half-way down an edge of 8 Å around 24 Å: at 28 Å.
  expect(map.extent!.reachAngstrom).toBeGreaterThan(24);
  expect(map.extent!.reachAngstrom).toBeLessThanOrEqual(28);
  const radii = Array.from({ length: mesh.positions.length / 3 }, (_, i) =>
    Math.hypot(...mesh.positions.subarray(3 * i, 3 * i + 3)),
  );
  expect(Math.min(...radii)).toBeGreaterThan(26);
  expect(Math.max(...radii)).toBeLessThan(30);
  expect((await registry.get(map)).values).toEqual(drawnMask([{ how: 'add', ...sphere(24) }], grid));
});

it('grows its regions in maps that are kept, and takes files by their factors', async () => {
  const registry = new MapRegistry(refused);
  const ball = drawnMask([{ how: 'add', ...sphere(16) }], { ...grid, edgeAngstrom: 0 });
  registry.add({ key: 'map', source: null }, { values: ball, boxPixels: 24, pixelSizeAngstrom: 4, epoch: null });
  const region: MaskPart = {
    ...({ how: 'add', kind: 'region', seedAngstrom: [16, 0, 0], level: 0.5, reachAngstrom: 90 } as const),
    ...{ widerAngstrom: 0, map: { key: 'map', source: null } },
  };
  await drawMask({ key: 'grown', parts: [region], ...grid, edgeAngstrom: 0 }, registry);
  expect((await registry.get({ key: 'grown', source: null })).values).toEqual(ball);
  const half = drawnMask([{ how: 'add', kind: 'box', centreAngstrom: [24, 0, 0], sidesAngstrom: [48, 96, 96] }], grid);
  const file = new Blob([
    writeMrcVolume({ values: half, boxPixels: 24, pixelSizeAngstrom: 4, label: '' }) as Uint8Array<ArrayBuffer>,
  ]);
  const parts: MaskPart[] = [region, { how: 'subtract', kind: 'file', name: 'half.mrc', file }];
  await drawMask({ key: 'cut', parts, ...grid, edgeAngstrom: 0 }, registry);
  const cut = (await registry.get({ key: 'cut', source: null })).values;
  expect(cut).toEqual(ball.map((factor, i) => Math.min(factor, 1 - half[i])));
  expect(cut).not.toEqual(ball);
});

it('names the map that a region was grown in and that is gone, and the file that is no mask', async () => {
  const registry = new MapRegistry(refused);
  const region: MaskPart = {
    ...({ how: 'add', kind: 'region', seedAngstrom: [0, 0, 0], level: 0, reachAngstrom: 9, widerAngstrom: 0 } as const),
    map: { key: 'gone', source: null },
  };
  await expect(drawMask({ key: 'a', parts: [region], ...grid }, registry)).rejects.toMatchObject({ code: 'map-gone' });
  const file: MaskPart = { how: 'add', kind: 'file', name: 'notes.mrc', file: new Blob(['no map']) };
  await expect(drawMask({ key: 'b', parts: [file], ...grid }, registry)).rejects.toMatchObject({
    detail: { file: 'notes.mrc' },
  });
  expect(registry.size.count).toBe(0);
});
