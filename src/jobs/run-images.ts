// Particles as a run's model reads them: prepared as its config.yaml says and divided by its standard deviation, in float32, a
// shard at a time; nothing is kept.
import { boxPixelsOf } from '../field/kinds.ts';
import { VitrineError } from '../base/errors.ts';
import type { ParticleSet } from '../formats/particles.ts';
import type { HartleyShard } from '../imaging/hartley-images.ts';
import { tiltedOptics } from '../imaging/beam-tilt.ts';
import { makeLattice } from '../imaging/lattice.ts';
import { prepareImages } from '../imaging/preprocess.ts';
import type { RunField } from '../library/runs.ts';
import { openImageTransform } from './image-transform.ts';
import { untilt } from './prepare.ts';

export interface RunImagesOptions {
  signal?: AbortSignal | undefined;
  /** As in preparing for training. */
  gpu?: GPU | null;
}

/**
 * The phase of tilted beams is taken out. Errors: 'value-out-of-range' for images smaller than the run's box, 'ctf-missing' where
 * a tilted beam's phase is not known.
 */
export async function* imagesForRun(
  field: RunField,
  set: ParticleSet,
  { signal, gpu = null }: RunImagesOptions = {},
): AsyncGenerator<HartleyShard> {
  const { dataset } = field;
  const boxPixels = boxPixelsOf(field);
  if (set.boxPixels < boxPixels)
    throw new VitrineError('value-out-of-range', 'The images are smaller than the box of the run.', {
      file: set.name,
      expected: `at least ${boxPixels} pixels`,
      found: String(set.boxPixels),
    });
  const imageOptions = {
    boxPixels,
    window: dataset.window,
    windowRadius: dataset.windowRadius,
    invert: dataset.invertData,
  };
  const tilted = tiltedOptics(set.ctf, set.optics);
  const lattice = makeLattice(boxPixels);
  const transform = await openImageTransform(gpu, set.images, imageOptions);
  try {
    const prepared = await prepareImages(set.images, { ...imageOptions, transform, ...(signal && { signal }) });
    const scale = prepared.standardDeviation / dataset.standardDeviation;
    for await (const shard of prepared.shards()) {
      for (let i = 0; i < shard.values.length; i++) shard.values[i] *= scale;
      untilt(shard, shard.first, tilted, set.boxPixels, lattice);
      yield shard;
    }
  } finally {
    transform?.dispose();
  }
}
