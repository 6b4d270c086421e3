// A mask drawn shape by shape, against an analysis worker of a few lines.
import { beforeEach, expect, it } from 'vitest';
import type {
  ContouredMap,
  DrawnMaskOrigin,
  DroppedFile,
  KeptMasks,
  MaskDrawing,
  MapToExport,
  RunSummary,
} from '../../../workers/contract.ts';
import { VitrineError } from '../../base/errors.ts';
import { connectExplore, type ExploreBackend } from './backend.ts';
import { heldMaps } from './map-handles.ts';
import { useMaps, type ShownMap } from './maps-state.ts';
import { useMask } from './mask.ts';
import {
  addMaskFile,
  addShape,
  changePart,
  closeMaskDrawing,
  growAt,
  keepDrawnMask,
  removePart,
  setGrowing,
  setMaskDrawing,
  useMaskDrawing,
} from './mask-drawing.ts';

const run = { id: 'run', boxPixels: 60, pixelSizeAngstrom: 4 } as RunSummary;
const statistics = {
  min: 0,
  max: 1,
  mean: 0,
  standardDeviation: 1,
  histogram: new Uint32Array(256),
  suggestedLevel: 1,
};
const mesh = { positions: new Float32Array(), normals: new Float32Array(), indices: new Uint32Array() };

let asked: MaskDrawing[];
let kept: { runId: string; file: DroppedFile; drawn?: DrawnMaskOrigin | undefined }[];
let exported: MapToExport[];
let fails: boolean;
const analysis = {
  async drawMask(drawing: MaskDrawing): Promise<ContouredMap> {
    asked.push(drawing);
    await new Promise((done) => setTimeout(done, 20));
    if (fails) throw new VitrineError('value-out-of-range', 'Nothing is left inside of the mask.');
    const { key, boxPixels, pixelSizeAngstrom } = drawing;
    const extent = { reachAngstrom: 10 * drawing.parts.length, share: 0.1 };
    return { map: { key, source: null, z: [], boxPixels, pixelSizeAngstrom, statistics, extent }, level: 0.5, mesh };
  },
  async exportMaps(maps: MapToExport[], name: string) {
    exported = maps;
    return { name: `${name}.mrc`, blob: new Blob(['mask']) };
  },
  releaseMaps: async () => {},
  showMaps: async () => {},
};
const io = {
  async chooseMask(runId: string, file: DroppedFile, drawn?: DrawnMaskOrigin): Promise<KeptMasks> {
    kept.push({ runId, file, drawn });
    return { drawn: drawn ?? null, file: null };
  },
};

beforeEach(() => {
  [asked, kept, exported, fails] = [[], [], [], false];
  connectExplore({ analysis, io } as unknown as ExploreBackend);
  useMaps.setState({ a: null });
  closeMaskDrawing();
});

const drawn = () => expect.poll(() => useMaskDrawing.getState().computing).toBe(false);

it('draws what the shapes come to, and holds that mask alone', async () => {
  addShape(run, 'sphere');
  addShape(run, 'box');
  await drawn();
  expect(asked.at(-1)).toMatchObject({
    ...{ boxPixels: 60, pixelSizeAngstrom: 4, edgeAngstrom: 5 },
    parts: [
      { how: 'add', kind: 'sphere', centreAngstrom: [0, 0, 0], radiusAngstrom: 40 },
      { how: 'add', kind: 'box', sidesAngstrom: [80, 80, 80] },
    ],
  });
  const { surface, chosen } = useMaskDrawing.getState();
  expect([surface?.extent.reachAngstrom, chosen]).toEqual([20, 1]);
  expect(heldMaps()).toEqual([surface?.map.key]);
  changePart(1, { how: 'subtract' });
  setMaskDrawing({ edgeAngstrom: 8 });
  await drawn();
  expect(asked.at(-1)).toMatchObject({ edgeAngstrom: 8, parts: [{ how: 'add' }, { how: 'subtract' }] });
  removePart(1);
  removePart(0);
  expect(useMaskDrawing.getState()).toMatchObject({ parts: [], surface: null, chosen: null, computing: false });
  expect(heldMaps()).toEqual([]);
});

it('draws the newest of shapes that overtake each other', async () => {
  addShape(run, 'sphere');
  await expect.poll(() => asked.length, { interval: 2 }).toBe(1);
  for (const radiusAngstrom of [20, 30, 50]) changePart(0, { radiusAngstrom });
  await drawn();
  expect(asked).toHaveLength(2);
  expect(asked[1].parts[0]).toMatchObject({ radiusAngstrom: 50 });
  expect(useMaskDrawing.getState().surface?.map.key).toBe(asked[1].key);
});

it('grows a region in the map that is shown, at its contour, and holds that map', async () => {
  setGrowing(true);
  growAt(run, [1, 2, 3]);
  expect(useMaskDrawing.getState()).toMatchObject({ growing: true, parts: [] });
  const map = { key: 'a', source: null, z: [], boxPixels: 60, pixelSizeAngstrom: 4, statistics };
  const shown: ShownMap = { map, level: 0.7, mesh, label: 'A', row: null, preview: false };
  useMaps.setState({ a: shown });
  growAt(run, null);
  expect(useMaskDrawing.getState().parts).toEqual([]);
  growAt(run, [1.23, -20, 3]);
  await drawn();
  expect(useMaskDrawing.getState()).toMatchObject({ growing: false });
  expect(asked[0].parts).toEqual([
    {
      ...{ how: 'add', kind: 'region', seedAngstrom: [1.2, -20, 3], level: 0.7, reachAngstrom: 60, widerAngstrom: 5 },
      map: { key: 'a', source: null },
    },
  ]);
  expect(heldMaps()).toContain('a');
});

it('is kept as the drawn mask of the run with its shapes, until it is changed', async () => {
  addShape(run, 'sphere');
  await drawn();
  addMaskFile(run, { path: 'masks/arm.mrc', file: new Blob(['mask']) as File });
  changePart(1, { how: 'subtract' });
  await drawn();
  await keepDrawnMask();
  expect(exported[0]).toMatchObject({ key: asked.at(-1)?.key, source: null });
  expect(kept).toMatchObject([{ runId: 'run', file: { path: 'drawn_mask.mrc', file: expect.any(Blob) as Blob } }]);
  expect(kept[0].drawn).toEqual({
    shapes: [
      { how: 'add', kind: 'sphere', centreAngstrom: [0, 0, 0], radiusAngstrom: 40 },
      { how: 'subtract', kind: 'file', name: 'arm.mrc' },
    ],
    edgeAngstrom: 5,
  });
  expect(useMask.getState()).toMatchObject({ keptCount: 1, kept: { file: null } });
  expect(useMaskDrawing.getState().kept).toBe(true);
  changePart(0, { radiusAngstrom: 10 });
  expect(useMaskDrawing.getState().kept).toBe(false);
  await drawn();
});

it('says why there is no mask', async () => {
  fails = true;
  addShape(run, 'sphere');
  await drawn();
  expect(useMaskDrawing.getState()).toMatchObject({ surface: null, error: { code: 'value-out-of-range' } });
  await keepDrawnMask();
  expect(kept).toEqual([]);
  fails = false;
  changePart(0, { radiusAngstrom: 10 });
  await drawn();
  expect(useMaskDrawing.getState()).toMatchObject({ error: null, surface: { extent: { share: 0.1 } } });
});
