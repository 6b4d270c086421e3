// Sums of the grid from the device: banks of planes by tiles become rows by grid points.
import type { GridSums } from '../../factors/factor-sums.ts';
import { eachGridPoint } from './grid-tiles.ts';
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
    eachGridPoint(grid, tiles, (voxel, place) => {
      const to = voxel * stride + first;
      for (let p = 0; p < planes; p++) values[to + p] = bank[p * tiles.places + place];
    });
    plane += planes;
  }
  return { values, stride, imaginaryAt: factors, entriesAt: 2 * factors };
}
