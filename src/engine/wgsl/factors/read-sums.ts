// Sums of the grid from the device: banks of planes by tiles become rows by grid points.
import type { GridSums } from '../../factors/factor-sums.ts';
import { eachGridRow } from './grid-tiles.ts';
import { planesOf } from './insertion.ts';
import { banksOf } from './insertion-passes.ts';
import type { Summing } from './summing.ts';

/** Zeros where they are `fresh`. */
export async function readSums({ gpu, request, tiles, passes, banks }: Summing, fresh: boolean): Promise<GridSums> {
  const { grid, factors } = request;
  const stride = planesOf(factors);
  const values = new Float32Array(grid.voxels * stride);
  let plane = 0;
  for (const [i, planes] of fresh ? [] : passes.flatMap(banksOf).entries()) {
    const bank = await gpu.readFloats(banks[i]);
    const first = plane;
    // A row of one plane after the other: rows stay in the cache.
    eachGridRow(grid, tiles, (voxel, count, places) => {
      for (let p = 0; p < planes; p++) {
        const plane = p * tiles.places;
        let to = voxel * stride + first + p;
        for (let i = 0; i < count; i++, to += stride) values[to] = bank[plane + places[i]];
      }
    });
    plane += planes;
  }
  return { values, stride, imaginaryAt: factors, entriesAt: 2 * factors };
}
