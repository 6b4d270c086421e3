// Training at two widths and three batches with each kind of kernels; at the first batch also a timestamp a dispatch, and the
// device's seconds of a step against the clock's.
import { fieldOnGpu } from '../field-on-gpu.ts';
import { flopsOfImage, STEP, syntheticBatch, type Size } from '../models.ts';
import { recorded } from '../recorded.ts';
import { Trainer } from '../rate.ts';
import { median } from '../report.ts';
import type { PartContext, Part, Step } from './part-context.ts';
import { modesOf, scalarOf, tunedFor, type Mode } from './kernels-kept.ts';
import { profile, type ProfileRow } from './profile.ts';

export interface TrainingData {
  size: Size;
  mode: Mode;
  /** Images a second. */
  rate: number;
  rates: number[];
  flopsOfImage: number;
  firstStepSeconds: number;
  bytesHeld: number;
  /** Of one step. */
  profile?: { gpuSeconds: number; wallSeconds: number; rows: ProfileRow[] } | null;
}

const ROUNDS = 3;

async function measured(context: PartContext, size: Size, mode: Mode, withProfile: boolean): Promise<TrainingData> {
  const gpu = await context.gpu();
  const tuned = tunedFor(gpu, context.folder, mode);
  const trainer = await Trainer.on(size, () => fieldOnGpu(gpu, tuned, size, 8, scalarOf(mode)));
  const { model } = trainer;
  try {
    const rates: number[] = [];
    for (let i = 0; i < ROUNDS; i++) rates.push(await trainer.round(context.small ? 0.1 : 0.5));
    const data: TrainingData = {
      ...{ size, mode, rate: median(rates), rates, flopsOfImage: flopsOfImage(size) },
      ...{ firstStepSeconds: trainer.firstStep, bytesHeld: model.memoryBytes() },
    };
    if (!withProfile) return data;
    const commands = await recorded(gpu, () => model.trainStep(syntheticBatch(size), STEP));
    await profile(gpu, commands);
    const rows = await profile(gpu, commands);
    if (!rows) return { ...data, profile: null };
    const gpuSeconds = rows.reduce((sum, { seconds }) => sum + seconds, 0);
    return { ...data, profile: { gpuSeconds, wallSeconds: size.batch / data.rate, rows } };
  } finally {
    model.dispose();
  }
}

async function stepsOf(context: PartContext, batches: number[], withProfile: boolean): Promise<Step[]> {
  const modes = modesOf(await context.gpu());
  return batches.flatMap((batch) =>
    ([256, 1024] as const).flatMap((width) =>
      modes.map((mode) => {
        const size = context.size(width, batch);
        return {
          name: `${size.width}×3, batch ${size.batch}, ${mode}`,
          patienceSeconds: 15,
          run: () => measured(context, size, mode, withProfile && batch === batches[0]),
        };
      }),
    ),
  );
}

export const training: Part = {
  name: 'training',
  seconds: 70,
  steps: (context) => stepsOf(context, [8, 16, 64], true),
};

export const unguarded: Part = {
  name: 'without robustness',
  seconds: 30,
  toggles: ['disable_robustness'],
  steps: (context) => stepsOf(context, [8], true),
};
