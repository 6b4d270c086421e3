// What the machine is: what Dawn offers on it, whether all kernels are right there, what it can do at most.
import { spawnSync } from 'node:child_process';
import { cpus } from 'node:os';
import { measureLimits } from '../../src/engine/wgsl/limits/measure.ts';
import { VitrineError } from '../../src/base/errors.ts';
import { canRun, takeLargestError } from '../../src/engine/proof/kernel-cases.ts';
import type { Part, Step } from './part-context.ts';

/** Name, driver and clocks by NVIDIA's own program; empty elsewhere. */
export function driverWords(): string {
  const query = ['--query-gpu=name,driver_version,clocks.max.sm,clocks.max.mem,power.limit', '--format=csv,noheader'];
  const { status, stdout } = spawnSync('nvidia-smi', query, { encoding: 'utf8', timeout: 10_000 });
  return status === 0 ? stdout.trim().split('\n')[0] : '';
}

export const features: Part = {
  name: 'features',
  seconds: 10,
  steps: () => [
    {
      name: 'what Dawn offers',
      patienceSeconds: 10,
      async run(context) {
        const adapter = await context.adapter();
        const gpu = await context.gpu();
        const limits: Record<string, number> = {};
        for (const name in adapter.limits) limits[name] = Number(adapter.limits[name as keyof GPUSupportedLimits]);
        return {
          features: [...adapter.features].sort(),
          taken: [...gpu.device.features].sort(),
          limits,
          subgroupSizes: gpu.subgroupSizes,
          matrixUnits: gpu.matrixUnits,
          software: gpu.software,
          host: `${cpus()[0]?.model ?? 'unknown'}, ${cpus().length} threads, Node ${process.versions.node}`,
        };
      },
    },
  ],
};

export const proofs: Part = {
  name: 'proofs',
  seconds: 70,
  processes: 4,
  async steps() {
    const { listedCases } = await import('../../testing/kernel-case-list.ts');
    return listedCases.map(({ folder, one }): Step => ({
      name: `${folder}: ${one.name}`,
      patienceSeconds: 5,
      async run(context) {
        const gpu = await context.gpu();
        if (!canRun(one, gpu)) return { left: one.needs };
        takeLargestError();
        await one.run(gpu).catch((error: unknown) => {
          throw error instanceof VitrineError ? new Error(`${error.message} ${error.detail.found ?? ''}`) : error;
        });
        return { ofTolerance: takeLargestError() };
      },
    }));
  },
};

export const limits: Part = {
  name: 'limits',
  seconds: 15,
  steps: () => [
    {
      name: 'of the machine',
      patienceSeconds: 15,
      async run(context) {
        const gpu = await context.gpu();
        // Clocks rise: a data-centre card idles at a sixth of its own.
        await measureLimits(gpu, context.small ? 0.2 : 1);
        return measureLimits(gpu, context.small ? 0.5 : 5);
      },
    },
  ],
};
