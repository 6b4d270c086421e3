// Where a file's atoms lie among the maps of a run: programs differ in the origin, so the frames that are in use are tried on the images.
import { VitrineError } from '../../base/errors.ts';
import type { AtomsField } from '../../engine/engine.ts';
import { initialCheckpoint } from '../../inference/start.ts';
import type { RunRecord } from '../../library/run-record.ts';
import { planFrom, trainingData, type RunParticles } from '../run-particles.ts';
import { moleculeWeights, type AtomicModel } from './atomic-model.ts';
import { fitToImages, type ImageFit } from './fit-to-images.ts';

/** 'map': (0, 0, 0) is the first voxel, as viewers show a map without an origin; 'box': it is the middle of the box; 'atoms': the mean of the atoms is. */
const FRAMES = ['map', 'box', 'atoms'] as const;
/** One of them. */
type ModelFrame = (typeof FRAMES)[number];

/** Standard deviations below which a model is said not to fit. */
const LEAST_SIGNIFICANCE = 6;

/** Frames that files are written in come first; a later one has to be better by so much. */
const CLEARLY = 1.02;

/** A frame, and how well the model explains the images in it. */
export interface Placement {
  frame: ModelFrame;
  /** Å of the file, the middle of the box. */
  origin: [number, number, number];
  fit: ImageFit;
}

/** A run that a model is to be placed in. */
interface PlaceWork {
  record: RunRecord;
  field: AtomsField;
  model: AtomicModel;
  particles: RunParticles;
}

/**
 * The frame that explains the images best, or the one that the run's parameters ask for. Errors: 'value-out-of-range' where none explains any of them,
 * 'cancelled'.
 */
export async function placeModel(
  { record, field, model, particles }: PlaceWork,
  signal?: AbortSignal,
): Promise<Placement> {
  const { modelFrame, sigmaAngstrom } = record.params;
  const plan = planFrom(record.params, { ...field, zDim: 0 });
  const data = trainingData(particles, record.imagePixels);
  let best: Placement | null = null;
  for (const tried of modelFrame === 'auto' ? FRAMES : [modelFrame]) {
    const origin = originOf(tried, model, field);
    const one = { ...field, zDim: 0 };
    const { weights } = initialCheckpoint(one, 0);
    const molecule = moleculeWeights(model.coarse, one, { origin, sigmaAngstrom });
    const fit = await fitToImages(one, new Map([...weights, ...molecule]), data, plan, signal);
    if (!best || fit.correlation > CLEARLY * best.fit.correlation) best = { frame: tried, origin, fit };
  }
  if (best && best.fit.significance >= LEAST_SIGNIFICANCE) return best;
  throw new VitrineError(
    'value-out-of-range',
    'The atomic model does not fit these images in any frame that was tried.',
    {
      field: '--model, --frame',
      expected: 'a model in the frame of the maps of these poses',
      found: `a correlation of ${(best?.fit.correlation ?? 0).toFixed(4)} with ${best?.fit.images ?? 0} images`,
      advice:
        'Fit the model into a map of these particles (vitrine backproject makes one) and save it in the map’s frame. If it is there, look at the contrast (--uninvert-data) and at the hand of the poses.',
    },
  );
}

function originOf(frame: ModelFrame, { atoms }: AtomicModel, { boxAngstrom }: AtomsField): [number, number, number] {
  if (frame === 'map') return [boxAngstrom / 2, boxAngstrom / 2, boxAngstrom / 2];
  if (frame === 'box') return [0, 0, 0];
  const mean: [number, number, number] = [0, 0, 0];
  atoms.positions.forEach((value, i) => (mean[i % 3] += value / atoms.count));
  return mean;
}
