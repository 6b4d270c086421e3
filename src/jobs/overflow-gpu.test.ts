// A real GPUDevice whose float16 cannot hold the gradients, whatever their scale: the run goes on in float32, with the kernels that
// its record keeps though those were chosen with float16, and one that diverges for its learning rate ends as such.
import { describe, expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { newRecord, noiseParticles } from '../../testing/noise-run.ts';
import { openWgslEngine } from '../engine/wgsl/engine.ts';
import { defaultTuning } from '../engine/wgsl/tuning/store.ts';
import { VitrineError } from '../base/errors.ts';
import { MemoryStorage } from '../library/memory.ts';
import { RunFolder } from '../library/runs.ts';
import type { Params } from '../params/params.ts';
import { trainRun } from './train-job.ts';
import { writeRunFolder, type RunParticles } from './run-particles.ts';

const adapter = await openTestAdapter();
const half = adapter?.features.has('shader-f16') ?? false;
if (!half) console.warn('SKIPPED: no WebGPU adapter with shader-f16 in this Node');

/** Float32 holds squares of them, float16 not even what is left of them at the least loss scale. */
function hugeParticles(): RunParticles {
  const particles = noiseParticles();
  const { images } = particles;
  return {
    ...particles,
    images: {
      ...images,
      async readShard(...of) {
        const shard = await images.readShard(...of);
        return { ...shard, values: shard.values.map((value) => 1e13 * value) };
      },
    },
  };
}

/** Trains with kernels in the record that were measured to be faster in float16. */
async function train(particles: RunParticles, changes: Partial<Params>) {
  const here = await openTestAdapter();
  const engine = await openWgslEngine(here!);
  const kernels = { ...defaultTuning(engine.gpu), choices: { scalar: { variant: '"f16"', microseconds: 1 } } };
  const record = newRecord();
  const run = new RunFolder(new MemoryStorage(), '');
  await run.writeRecord({ ...record, kernels, params: { ...record.params, zDim: 0, ...changes } });
  await writeRunFolder(run, (await run.record())!, particles);
  const ended = await trainRun(run, () => Promise.resolve(engine), particles, {}, { onEvent: () => undefined }).catch(
    (error: unknown) => error,
  );
  engine.dispose();
  const kept = (await run.record())!;
  return { ended, kept, kernels, run };
}

describe.skipIf(!half)('float16 that does not hold the gradients', () => {
  it('gives way to float32, which learns as if it always had been', async () => {
    const raised = await train(hugeParticles(), { precision: 'auto' });
    const whole = await train(hugeParticles(), { precision: 'float32' });
    expect(raised.kept).toMatchObject({
      ...{ status: 'finished', params: { precision: 'float32' }, kernels: raised.kernels },
      notices: [{ code: 'precision-raised' }],
    });
    expect(raised.kept.history.every(({ total }) => Number.isFinite(total) && total > 0)).toBe(true);
    const [one, other] = await Promise.all([raised, whole].map(({ run }) => run.loadCheckpoint(null)));
    expect(one.checkpoint.weights).toEqual(other.checkpoint.weights);
    expect(one.checkpoint.optimizer).toEqual(other.checkpoint.optimizer);
    expect(whole.kept.notices).toBeUndefined();
  });

  it('holds those of ordinary images, and stays', async () => {
    const { kept } = await train(noiseParticles(), { precision: 'auto' });
    expect(kept).toMatchObject({ status: 'finished', params: { precision: 'auto' } });
    expect(kept.notices).toBeUndefined();
  });

  it('does not hide that a training diverges', async () => {
    const { ended, kept } = await train(noiseParticles(), { precision: 'float16', learningRate: 1e30 });
    expect(ended).toBeInstanceOf(VitrineError);
    expect(ended).toMatchObject({ code: 'diverged' });
    expect(kept).toMatchObject({ status: 'failed', notices: [{ code: 'precision-raised' }] });
  });
});
