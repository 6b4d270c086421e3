// The tuning at two widths, each candidate's line as it comes.
import { adapterWords } from '../../src/engine/gpu-adapter.ts';
import { tuneEngine } from '../../src/engine/wgsl/tuning/tune.ts';
import type { TrialNote } from '../../src/engine/wgsl/tuning/tuner.ts';
import { sizesToTune } from '../field-on-gpu.ts';
import type { PartContext, Part, Step } from './part-context.ts';
import { keepTuning, readKept } from './kernels-kept.ts';

function stepOf(context: PartContext, width: 256 | 1024, patienceSeconds: number): Step {
  const size = context.size(width, 8);
  const sizes = sizesToTune(size);
  const name = `${sizes.features}x${sizes.width}`;
  return {
    name,
    patienceSeconds,
    async run() {
      const gpu = await context.gpu();
      if (readKept(context.folder, gpu).some((kept) => kept.name === name && kept.tuning)) return { kept: true };
      const trials: TrialNote[] = [];
      const about = { adapter: adapterWords(gpu.guarded.info), name, trials };
      const onTrial = (trial: TrialNote) => {
        trials.push(trial);
        context.note(name, trial.seconds ?? 0, { data: { trial } });
        // Cut off, what was measured still chooses.
        keepTuning(context.folder, { ...about, tuning: null });
      };
      const few = gpu.software || context.small ? { rows: 256, candidates: 2 } : {};
      const tuning = await tuneEngine(gpu, sizes, { ...few, onTrial });
      keepTuning(context.folder, { ...about, tuning });
      return { tuning };
    },
  };
}

export const tuning: Part = {
  name: 'tuning',
  seconds: 80,
  steps: (context) => [stepOf(context, 256, 35), stepOf(context, 1024, 60)],
};
