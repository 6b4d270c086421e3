// In Node there is no WebGPU unless it is given: the CPU's makers are chosen, and a graphics processor that is asked for but
// not there, or does not start, is refused with advice.
import { describe, expect, it, vi } from 'vitest';
import { openEngine, webgpuHere } from './choose.ts';

const madeBy = async (request: Parameters<typeof openEngine>[0]) => {
  const engine = await openEngine(request);
  engine.dispose();
  return engine.device;
};

/** WebGPU with one adapter, which gives no device. */
function gpuOf(info: Partial<GPUAdapterInfo>): GPU {
  const requestDevice = () => Promise.reject(new Error('no device today'));
  return {
    requestAdapter: () => Promise.resolve({ info, limits: {}, features: new Set(), requestDevice }),
  } as unknown as GPU;
}

describe('openEngine', () => {
  it('takes the CPU’s own kernels where there is no WebGPU', async () => {
    expect(await webgpuHere()).toBe('absent');
    expect(await madeBy({ device: 'auto', threads: 1 })).toMatchObject({
      engine: 'wasm',
      processor: 'cpu',
      threads: 1,
    });
  });

  it('takes the maker asked for', async () => {
    expect(await madeBy({ device: 'cpu', maker: 'tfjs' })).toMatchObject({ engine: 'tfjs', processor: 'cpu' });
  });

  it('refuses what is not there', async () => {
    await expect(openEngine({ device: 'gpu' })).rejects.toMatchObject({ code: 'device-lost' });
    await expect(openEngine({ device: 'auto', maker: 'wgsl' })).rejects.toMatchObject({ code: 'device-lost' });
    await expect(openEngine({ device: 'cpu', maker: 'wgsl' })).rejects.toMatchObject({ code: 'usage' });
  });

  it('tells a graphics processor from one in software, which is taken only by name', async () => {
    const software = gpuOf({ vendor: 'google', architecture: 'swiftshader' });
    expect(await webgpuHere(software)).toBe('software');
    expect(await webgpuHere(gpuOf({ vendor: 'mesa', description: 'llvmpipe' }))).toBe('software');
    expect(await webgpuHere(gpuOf({ isFallbackAdapter: true }))).toBe('software');
    expect(await webgpuHere(gpuOf({ vendor: 'nvidia', architecture: 'hopper' }))).toBe('available');
    const engine = await openEngine({ device: 'auto', threads: 1 }, { gpu: software });
    engine.dispose();
    expect(engine.device.engine).toBe('wasm');
    const byName = openEngine({ device: 'gpu' }, { gpu: software });
    await expect(byName).rejects.toMatchObject({ code: 'device-lost', detail: { found: 'no device today' } });
  });

  it('takes the CPU where a graphics processor does not start', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {});
    const engine = await openEngine({ device: 'auto', threads: 1 }, { gpu: gpuOf({ vendor: 'nvidia' }) });
    engine.dispose();
    expect(engine.device.engine).toBe('wasm');
    expect(warn).toHaveBeenCalledOnce();
  });
});
