// Maps of selections of images and of their halves by backprojection at known poses: one pass over the images fills the sums of as many
// selections as memory holds, further ones take further passes.
import { VitrineError } from '../../base/errors.ts';
import type { Engine } from '../../engine/engine.ts';
import type { FactorSums } from '../../engine/factors/factor-sums.ts';
import type { HalfCube } from '../../engine/factors/half-cube.ts';
import { openSums } from '../linear/em.ts';
import { ringPower, type RingPower } from '../linear/ring-power.ts';
import type { TrainingData } from '../training.ts';
import { addImages, type PassHooks, type Place, type WeightedImages } from './image-places.ts';
import { joinedHalves, type JoinedHalves } from './joined-halves.ts';

/** Images at known poses, and their optics groups where several are weighted apart (N, from 0). */
export interface PosedImages extends TrainingData {
  groupOf?: Int32Array | null;
}

/** What is asked for. */
export interface BackprojectOptions extends PassHooks {
  /** N: 0 or 1. */
  halfOf: Uint8Array;
  /** Where the sphere that images fill ends, of half the box: that of the window of prepared images. */
  sphereRadius: number;
  /** Bytes of sums at once; two are held however large they are. */
  budgetBytes?: number;
}

/** Of images that are looked at, so many say a group's noise. */
const LEAST_OF_GROUP = 30;
const BUDGET_BYTES = 768 * 2 ** 20;

/**
 * Calls back with the maps of each selection, in their order. Errors: 'usage' for an engine without factor sums or for tilt pairs,
 * 'count-mismatch' where a selection has no image in a half, 'out-of-memory', 'cancelled', those of reading.
 */
export async function backprojectSelections(
  engine: Engine,
  data: PosedImages,
  selections: readonly WeightedImages[],
  { halfOf, sphereRadius, budgetBytes = BUDGET_BYTES, ...hooks }: BackprojectOptions,
  onMaps: (selection: number, maps: JoinedHalves) => Promise<void> | void,
): Promise<void> {
  if (data.tilt)
    throw new VitrineError('usage', 'Maps cannot be made from the images of tilt pairs.', {
      advice: 'Give the untilted images alone.',
    });
  const { boxPixels } = data.images;
  const band = boxPixels / 2;
  const { measured, stream, precision } = await weighted(data, band, selections, hooks.signal);
  const held: FactorSums[] = [];
  try {
    const open = async (): Promise<HalfCube> => {
      const opened = await openSums(engine, stream, { mapPixels: boxPixels, bandPixels: band }, 1);
      opened.sums.setPrecision(precision);
      held.push(opened.sums);
      return opened.grid;
    };
    const grid = await open();
    const atOnce = Math.max(
      1,
      Math.min(selections.length, Math.floor(budgetBytes / (2 * BYTES_A_POINT * grid.voxels))),
    );
    while (held.length < 2 * atOnce) await open();
    const passes = Math.ceil(selections.length / atOnce);
    for (let pass = 0; pass < passes; pass++) {
      const now = selections.slice(pass * atOnce, (pass + 1) * atOnce);
      const places = now.flatMap((images, k) =>
        ([0, 1] as const).map((half): Place => ({ images, half, sums: held[2 * k + half] })),
      );
      for (const { sums } of places) sums.clear();
      await addImages(stream, places, halfOf, {
        ...hooks,
        onImages: (done, total) => hooks.onImages?.(pass * total + done, passes * total),
      });
      for (let k = 0; k < now.length; k++) {
        const sums = [await held[2 * k].sums(), await held[2 * k + 1].sums()] as const;
        await onMaps(pass * atOnce + k, joinedHalves(sums, grid, measured, sphereRadius));
      }
    }
  } finally {
    for (const sums of held) sums.dispose();
  }
}

/** Memory of sums of one factor by grid point: four floats for the sums, and as many for a map that none of them is given. */
const BYTES_A_POINT = 64;

/**
 * Images weighted by 1 over their power ring by ring, each optics group by its own: what they hold beyond noise is little where weights
 * matter. The map's own scale of noise is found afterwards.
 */
async function weighted(
  data: PosedImages,
  band: number,
  selections: readonly WeightedImages[],
  signal: AbortSignal | undefined,
): Promise<{ measured: RingPower; stream: Parameters<typeof openSums>[1]; precision: Float32Array }> {
  const isWanted = new Uint8Array(data.images.count);
  for (const { rows } of selections) for (const row of rows) isWanted[row] = 1;
  const { groupOf } = data;
  const groups = groupOf
    ? { groupOf, count: groupOf.reduce((most, group) => Math.max(most, group), 0) + 1 }
    : undefined;
  let found = await ringPower(data, band, { isWanted: (image) => isWanted[image] === 1, groups, signal });
  // A selection may lie between the shards that were looked at.
  if (found[0].images === 0) found = await ringPower(data, band, { groups, signal });
  const rows = found.map((one) => (one.images < LEAST_OF_GROUP ? found[0] : one));
  const inverse = (power: Float64Array) =>
    Array.from(power, (_, ring) => (power[Math.max(1, ring)] > 0 ? 1 / power[Math.max(1, ring)] : 1));
  const precision = Float32Array.from(rows.flatMap(({ power }) => inverse(power)));
  if (!groupOf || rows.length < 3)
    return { measured: found[0], stream: data, precision: precision.subarray(0, band + 1) };
  const power = Float32Array.from(rows.slice(1).flatMap((row) => Array.from(row.power)));
  const stream = { ...data, noise: Float32Array.from(found[0].power), groupNoise: { power, groupOf } };
  return { measured: found[0], stream, precision };
}
