// Benchmark's entry: Adam over `floats` random parameters.
import type { Arena } from '../gpu/arena.ts';
import type { Dispatch, Gpu } from '../gpu/gpu.ts';
import { adamState, lossSums, makeAdam } from './adam.ts';
import { stepUniform, writeStep } from './step.ts';

/** Commands for gpu.measure; buffers live in `arena`. */
export async function adamBench(gpu: Gpu, arena: Arena, { floats }: { floats: number }): Promise<Dispatch[]> {
  const noise = Float32Array.from({ length: floats }, (_, i) => Math.sin(i));
  const step = stepUniform(arena);
  writeStep(gpu, step, { learningRate: 1e-4, weightDecay: 0, beta: 0, klWeight: 0, images: 0 });
  return makeAdam({ gpu, arena }, floats, {
    parameters: arena.upload('parameters', noise),
    gradients: arena.upload('gradients', noise),
    first: arena.floats('first', floats),
    second: arena.floats('second', floats),
    state: adamState(arena, { steps: 0, lossScale: 1 }),
    losses: lossSums(arena),
    step,
  });
}
