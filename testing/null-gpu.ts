// Dawn without a device: it compiles what no adapter here offers (subgroup matrices) and computes nothing. WGSL alone is
// looked at; whether the numbers are right shows on an adapter that has them.
import { describe, expect, it } from 'vitest';
import { dawn } from '../src/engine/node/dawn.ts';
import { Gpu, type GpuOptions } from '../src/engine/wgsl/gpu/gpu.ts';

const OPTIONS = ['backend=null', 'enable-dawn-features=allow_unsafe_apis'];
const FEATURES = [
  'shader-f16',
  'subgroups',
  'subgroup-size-control',
  'chromium-experimental-subgroup-matrix',
] as GPUFeatureName[];

/**
 * A device that takes all that is recorded and computes nothing, with the kernels of real adapters: for what is planned and
 * what is allocated. Null where Dawn cannot be loaded.
 */
export async function openNullGpu(options: GpuOptions = { kernels: 'hardware' }): Promise<Gpu | null> {
  const gpu = await dawn(['backend=null']);
  const adapter = await gpu?.requestAdapter();
  return adapter ? Gpu.open(adapter, options) : null;
}

/** What the compiler says of a module, one line each: errors, and warnings such as of functions that browsers will drop. */
async function wgslMessages(device: GPUDevice, code: string): Promise<string[]> {
  device.pushErrorScope('validation');
  const { messages } = await device.createShaderModule({ code }).getCompilationInfo();
  await device.popErrorScope();
  return messages.map(({ type, lineNum, message }) => `${type}, line ${lineNum}: ${message}`);
}

export function describeMatrixSources(name: string, sources: readonly string[]): void {
  describe(`${name}, compiled without a device`, () => {
    it('compiles without a warning, and is refused where a word is wrong', async (context) => {
      const gpu = await dawn(OPTIONS);
      const adapter = await gpu?.requestAdapter();
      if (!adapter) return context.skip('Dawn cannot be loaded on this system');
      const device = await adapter.requestDevice({ requiredFeatures: FEATURES });
      for (const source of sources) {
        expect(await wgslMessages(device, source)).toEqual([]);
        const wrong = await wgslMessages(device, source.replace('subgroupMatrixLoad<', 'subgroupMatrixLead<'));
        expect(wrong.some((message) => message.startsWith('error'))).toBe(true);
      }
      device.destroy();
    });
  });
}
