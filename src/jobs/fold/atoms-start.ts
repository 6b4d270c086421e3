// What a run of an atomic model begins from: the file's molecule placed among the maps, a₀ by least squares, then one epoch that finds σ and
// a₀ (and lets positions follow), after which positions are set back (Cryofold, thesis 7.3).
import { VitrineError } from '../../base/errors.ts';
import { LEARNED } from '../../engine/atoms/parameters.ts';
import type { Engine, Weights } from '../../engine/engine.ts';
import { newOptimizer } from '../../inference/start.ts';
import { train } from '../../inference/train.ts';
import type { Checkpoint, TrainingControl } from '../../inference/training.ts';
import type { AtomicStart, RunRecord } from '../../library/run-record.ts';
import type { RunFolder } from '../../library/runs.ts';
import type { JobProgress } from '../progress.ts';
import { planFrom, trainingData, type RunParticles } from '../run-particles.ts';
import { atomicModelOf, moleculeWeights } from './atomic-model.ts';
import { fitToImages } from './fit-to-images.ts';
import { placeModel } from './place-model.ts';

/** A run that is about to begin, and where. */
export interface AtomsStartWork {
  run: RunFolder;
  record: RunRecord;
  engine: Engine;
  particles: RunParticles;
  control: TrainingControl;
}

/** Errors: 'usage' for a run without a model, 'file-missing', 'cancelled', those of a training. */
export async function beginAtAtoms(
  start: Checkpoint,
  { run, record, engine, particles, control }: AtomsStartWork,
  hooks: {
    onIdle?: (() => Promise<void> | void) | undefined;
    onStart?: ((progress: JobProgress) => void) | undefined;
  },
): Promise<Checkpoint> {
  const { field } = start;
  if (field.kind !== 'atoms' || !record.atoms)
    throw new VitrineError('usage', 'The run does not say which atomic model it begins at.', {
      advice: 'Begin it with: vitrine fold.',
    });
  const model = await atomicModelOf(run, record.atoms);
  hooks.onStart?.({ fraction: null, message: 'Placing the atomic model among the images' });
  const atoms = await placed(record.atoms, { run, record, field, model, particles }, control.signal);
  const molecule = moleculeWeights(model.coarse, field, atoms);
  const weights = new Map([...start.weights, ...molecule]);
  const plan = { ...planFrom(record.params, field), epochs: 1, rateSchedule: 'constant' as const };
  const data = trainingData(particles, record.imagePixels);
  const { amplitude } = await fitToImages(field, weights, data, plan, control.signal);
  const from = { ...start, weights: withAmplitude(weights, amplitude) };
  const warmed = await train({
    ...{ plan, data, engine, control },
    start: { ...from, optimizer: newOptimizer(from.weights) },
    onEvent: (event) =>
      event.type === 'progress' &&
      hooks.onStart?.({
        fraction: event.imagesDone / event.imagesTotal,
        message: 'Finding the width and the height of the Gaussians',
      }),
    hooks: { ...(hooks.onIdle && { onIdle: hooks.onIdle }) },
  });
  const kept = [LEARNED.sigma, LEARNED.logAmplitude] as const;
  const begun = new Map(from.weights);
  for (const name of kept) begun.set(name, warmed.weights.get(name) ?? from.weights.get(name)!);
  return { ...start, weights: begun, optimizer: newOptimizer(begun) };
}

/** Where the model lies; a run that has begun says it. */
async function placed(
  atoms: AtomicStart,
  { run, ...work }: Parameters<typeof placeModel>[0] & { run: RunFolder },
  signal?: AbortSignal,
): Promise<AtomicStart & { origin: [number, number, number] }> {
  if (atoms.origin) return { ...atoms, origin: atoms.origin };
  const { frame, origin, fit } = await placeModel(work, signal);
  const { correlation, images } = fit;
  const known = { ...atoms, origin, placement: { frame, correlation, images } };
  await run.update({ atoms: known });
  return known;
}

/** Error 'value-out-of-range' where the images speak against the model: their contrast is the other way round. */
function withAmplitude(weights: Weights, amplitude: number): Weights {
  if (!(amplitude > 0))
    throw new VitrineError(
      'value-out-of-range',
      'The atomic model does not fit these images: it explains nothing of them.',
      {
        field: '--model',
        expected: 'a model in the frame of the maps of these poses',
        found: `a height of ${amplitude.toExponential(2)} an electron`,
        advice:
          'Fit the model into a map of these particles first; look also whether the contrast is inverted (--uninvert-data).',
      },
    );
  return new Map(weights).set(LEARNED.logAmplitude, { shape: [1], data: Float32Array.of(Math.log(amplitude)) });
}
