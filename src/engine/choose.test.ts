// In Node there is no WebGPU: the CPU's makers are chosen, and a graphics processor asked for is refused with advice.
import { describe, expect, it } from 'vitest';
import { openEngine, webgpuHere } from './choose.ts';

const madeBy = async (request: Parameters<typeof openEngine>[0]) => {
  const engine = await openEngine(request);
  engine.dispose();
  return engine.device;
};

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
    await expect(openEngine({ device: 'auto', maker: 'wgsl' })).rejects.toMatchObject({ code: 'usage' });
  });
});
