import { describe, expect, it } from 'vitest';
import { describeKernel, openTestGpu } from '../../../../testing/node-gpu.ts';
import { poseSearchCases } from './cases.ts';
import { GpuPoseScorer } from './scorer.ts';

await describeKernel('Pose search', poseSearchCases);

describe('Pose search on a device that is lost', () => {
  it('rejects what is asked then and after', async (context) => {
    const gpu = await openTestGpu();
    if (!gpu) return context.skip('no adapter');
    const one = Float32Array.of(-1);
    const points = { boxPixels: 8, count: 1, x: one, y: new Float32Array(1), radius: Float32Array.of(1) };
    const scorer = await GpuPoseScorer.create(gpu, points);
    await scorer.setImages({ count: 1, values: new Float32Array(2), ctf: null });
    const ask = () =>
      scorer.scoreShared({ source: { slices: new Float32Array(2) }, translations: new Float32Array(2), points: 1 });
    await expect(ask()).resolves.toEqual({ errors: Float32Array.of(0), translations: Uint16Array.of(0) });
    const asked = expect(ask()).rejects.toMatchObject({ code: 'device-lost' });
    gpu.device.destroy();
    await asked;
    await expect(ask()).rejects.toMatchObject({ code: 'device-lost' });
    scorer.dispose();
    await expect(ask()).rejects.toMatchObject({ code: 'device-lost' });
    gpu.close();
  });
});
