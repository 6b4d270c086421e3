// Latents under a model whose maps are sums of maps: posterior means at given poses, in closed form, by the products that its fit is
// made of.
import { VitrineError } from '../../base/errors.ts';
import type { EncodedBatch, Latents, Weights } from '../engine.ts';
import type { FactorRequest, FactorSums } from '../factors/factor-sums.ts';
import { cubeOfMap } from '../factors/half-cube-transform.ts';
import { makeHalfCube } from '../factors/half-cube.ts';
import type { MapCombination } from './combination.ts';

/** Factor sums of the engine that a model lies on. */
export type MakeSums = (request: FactorRequest) => Promise<FactorSums>;

/** Room in the cube for rotations that are not quite orthonormal. */
const ROOM = 1.001;

/** The sums are opened at the first batch and kept. */
export class MapsEncoder {
  private opened: { sums: FactorSums; stretch: number } | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly boxPixels: number,
    private readonly weights: Weights,
    private readonly combination: MapCombination,
    private readonly makeSums: MakeSums,
  ) {}

  /** Of images of the first group. Errors: 'poses-missing' without rotations, 'out-of-memory'. */
  encode(batch: EncodedBatch): Promise<Latents> {
    const { rotations } = batch;
    if (!rotations)
      return Promise.reject(new VitrineError('poses-missing', 'This model encodes images at given poses only.'));
    const encoded = this.last.then(() => this.encodeNow({ ...batch, rotations }));
    this.last = encoded.catch(() => undefined);
    return encoded;
  }

  dispose(): void {
    this.opened?.sums.dispose();
    this.opened = null;
  }

  private async encodeNow(batch: EncodedBatch & { rotations: Float32Array }): Promise<Latents> {
    const sums = await this.sumsFor(stretchOf(batch.rotations));
    await sums.setImages({ ...batch, groups: null });
    return this.combination.latentsOf(await sums.products());
  }

  private async sumsFor(stretch: number): Promise<FactorSums> {
    if (this.opened && stretch <= this.opened.stretch * ROOM) return this.opened.sums;
    this.dispose();
    const { boxPixels } = this;
    const { maps } = this.combination;
    const { shape, data } = this.weights.get('noise') ?? { shape: [1, 2], data: new Float32Array(2) };
    const [groups, rings] = shape;
    const grid = makeHalfCube(boxPixels, Math.min(rings - 1, boxPixels / 2), 2, stretch * ROOM);
    const sums = await this.makeSums({ imagePixels: boxPixels, grid, factors: maps.length, groups });
    this.opened = { sums, stretch };
    sums.setFactors(maps.map((map) => cubeOfMap(map, grid)));
    sums.setPrecision(data.map((power) => 1 / power));
    return sums;
  }
}

/** The most by which rotations with a magnification in them lengthen a frequency of the image; at least 1. */
function stretchOf(rotations: Float32Array): number {
  let most = 1;
  for (let at = 0; at < rotations.length; at += 9) {
    const [xx, xy, xz, yx, yy, yz] = rotations.subarray(at, at + 6);
    const [x, y] = [xx * xx + xy * xy + xz * xz, yx * yx + yy * yy + yz * yz];
    const across = xx * yx + xy * yy + xz * yz;
    most = Math.max(most, (x + y) / 2 + Math.hypot((x - y) / 2, across));
  }
  return Math.sqrt(most);
}
