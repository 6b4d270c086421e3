// Poses of particles against the trained field of a run: searched anywhere (`search`), or refined around those they have
// (`refine-poses`). Images pass a shard at a time.
import type { Engine } from '../engine/engine.ts';
import { abilitiesOf, boxPixelsOf, isHeterogeneous } from '../field/kinds.ts';
import { VitrineError } from '../base/errors.ts';
import type { ParticleSet, Poses } from '../formats/particles.ts';
import { localSearchIn } from '../inference/ab-initio/plan.ts';
import { PortionSearch, type SearchTally } from '../inference/ab-initio/portion-search.ts';
import type { LocalPlan } from '../inference/pose-search/local.ts';
import type { TrainingData } from '../inference/training.ts';
import { formationOf } from '../imaging/image-optics.ts';
import { makeLattice } from '../imaging/lattice.ts';
import type { Params } from '../params/params.ts';
import { abInitioPlan, unknownPoses } from './abinit-job.ts';
import type { LoadedRun } from './decode-job.ts';
import type { JobOptions } from './progress.ts';
import { imagesForRun } from './run-images.ts';
import { ctfForBox, planFrom } from './run-particles.ts';

/** Where poses are searched. */
export interface SearchJobOptions extends JobOptions {
  gpu?: GPU | null;
  /** Around the particles' own poses; null to search anywhere. */
  around: Pick<LocalPlan, 'coneDegrees' | 'shiftExtent' | 'halvings'> | null;
}

/** Poses that were found, and how well they fit. */
export interface SearchedPoses {
  poses: Poses;
  tally: SearchTally;
  /** Mean log-likelihood gain an image (report.ts). */
  evidence: number | null;
}

/** Errors: 'poses-missing' where they are to be refined, 'ctf-missing' where the run was trained with CTF, 'cancelled'. */
export async function searchParticles(
  engine: Engine,
  { model, field }: LoadedRun,
  set: ParticleSet,
  params: Params,
  { around, signal, onProgress, gpu }: SearchJobOptions,
): Promise<SearchedPoses> {
  const boxPixels = boxPixelsOf(field);
  if (!abilitiesOf(field).searchesPoses)
    throw new VitrineError('usage', 'Poses cannot be searched for against a run of this kind.');
  if (around && !set.poses)
    throw new VitrineError('poses-missing', 'There are no poses to refine.', {
      file: set.name,
      advice: 'Give --poses, or search for them with: vitrine search.',
    });
  if (field.dataset.ctf !== null && !set.ctf)
    throw new VitrineError('ctf-missing', 'The run was trained with CTF; these particles have none.', {
      file: set.name,
      advice: 'Give --ctf.',
    });
  const plan = abInitioPlan(params, planFrom(params, field));
  const poses = unknownPoses(set.count);
  if (set.poses) {
    poses.rotations.set(set.poses.rotations);
    if (set.poses.translations) poses.translations?.set(set.poses.translations);
  }
  // Before they are found, an encoder takes the images as centred.
  if (!around) poses.translations?.fill(0);
  // The field has learned to its end: no band limit rises any more.
  Object.assign(plan.search, { around, bandRampEpochs: 0 });
  const ctf = set.ctf && ctfForBox(set.ctf, set.boxPixels, boxPixels);
  const { points } = makeLattice(boxPixels);
  const data: TrainingData = {
    poses,
    ...formationOf(ctf, set.optics, boxPixels),
    images: {
      ...{ count: set.count, boxPixels, points, shardSize: set.count },
      standardDeviation: field.dataset.standardDeviation,
      readShard: () => Promise.reject(new Error('images are handed over')),
    },
  };
  const search = await PortionSearch.open(engine, plan, data);
  try {
    for await (const { first, count, values } of imagesForRun(field, set, { signal, gpu: gpu ?? null })) {
      const indices = Uint32Array.from({ length: count }, (_, i) => first + i);
      // z is encoded from centred images: with shifts found, look once more.
      const passes = isHeterogeneous(field) && !around ? 2 : 1;
      for (let pass = 1; pass <= passes; pass++) {
        const before = { ...search.tally };
        await search.search({ indices, values }, model, pass, signal, localSearchIn(plan, pass));
        if (pass < passes) search.tally = before;
      }
      onProgress?.({
        fraction: (first + count) / set.count,
        message: `Searching poses: ${(first + count).toLocaleString('en')} of ${set.count.toLocaleString('en')}`,
      });
    }
    return { poses, tally: search.tally, evidence: search.evidence };
  } finally {
    search.dispose();
  }
}
