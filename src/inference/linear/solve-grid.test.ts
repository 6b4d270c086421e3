// With one factor, factor sums and their solution are the Wiener-filtered backprojection that the project has beside them.
import { expect, it } from 'vitest';
import { relativeError } from '../../../testing/blobs.ts';
import { SET, setCtf, setImages, setPoses } from '../../../testing/reference-set/set.ts';
import { backproject } from '../../backprojection/backproject.ts';
import { cubeShape, mapFromCube } from '../../backprojection/fourier-volume.ts';
import { FourierSums } from '../../backprojection/insertion.ts';
import { makeHalfCube } from '../../engine/factors/half-cube.ts';
import { searchPoints } from '../../engine/scoring/points.ts';
import { openWasmEngine } from '../../engine/wasm/engine.ts';
import { SearchImageReader } from '../pose-search/search-images.ts';
import { imageStream } from './image-stream.ts';
import { solveGrid } from './solve-grid.ts';

it('one factor is a Wiener-filtered backprojection', async () => {
  const box = SET.boxPixels;
  const band = 10;
  const regularisation = 0.1;
  const data = { images: await setImages(), ctf: setCtf(), poses: setPoses() };

  const points = searchPoints(box, band);
  const everyImage = Uint32Array.from({ length: SET.count }, (_, i) => i);
  const read = await new SearchImageReader(data, points).read(everyImage);
  const other = new FourierSums(cubeShape(box, 2, band));
  const shifts = data.poses.translations.map((t) => t * box);
  backproject(other, read, { rotations: data.poses.rotations, shifts }, { points, count: points.count });
  const wanted = mapFromCube(other.quotient(regularisation), box);
  // What `quotient` adds: that share of the mean weight, both of a pair of mirrored points together.
  const { denominator } = other;
  const weights = denominator.map((weight, i) => weight + denominator[denominator.length - 1 - i]).filter((w) => w > 0);
  const added = (regularisation * weights.reduce((a, b) => a + b, 0)) / weights.length;

  const engine = await openWasmEngine({ threads: 2 });
  const grid = makeHalfCube(box, band);
  const sums = await engine.createFactorSums!({ imagePixels: box, grid, factors: 1, groups: 1 });
  sums.setPrecision(new Float32Array(band + 1).fill(1));
  sums.clear();
  for await (const { images } of imageStream(data, sums)) {
    await sums.setImages(images);
    const ones = new Float32Array(images.count).fill(1);
    await sums.insert(ones, ones);
  }
  const [found] = solveGrid(await sums.sums(), grid, 1, () => added);
  expect(relativeError(found, wanted)).toBeLessThan(1e-4);
  engine.dispose();
});
