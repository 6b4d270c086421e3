// sine_cosine (../trigonometry/trigonometry.wgsl) against float64 over ±3000 rad, of the float32 phase as it is given.
import type { KernelCase } from '../../proof/kernel-cases.ts';
import { poison, randomNumbers } from '../../proof/kernel-cases.ts';
import { shaders } from '../generated/shaders.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';

const MAIN = `
@group(0) @binding(0) var<storage, read> phases: array<f32>;
@group(0) @binding(1) var<storage, read_write> waves: array<vec2f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x < arrayLength(&phases)) { waves[at.x] = sine_cosine(phases[at.x]); }
}`;

/** Largest error of sine or cosine over `phases`. */
async function worst(gpu: Gpu, phases: Float32Array<ArrayBuffer>): Promise<number> {
  const arena = gpu.arena('trigonometry');
  const output = arena.floats('waves', 2 * phases.length);
  poison(gpu, output);
  const pipeline = await gpu.pipeline('trigonometry', shaderSource({}, [shaders['trigonometry/trigonometry'], MAIN]));
  const views = [arena.upload('phases', phases), output];
  gpu.submit([gpu.dispatch('trigonometry', pipeline, views, Math.ceil(phases.length / 64))]);
  const waves = await gpu.readFloats(output);
  arena.destroy();
  let error = 0;
  for (let i = 0; i < phases.length; i++) {
    const here = Math.max(
      Math.abs(waves[2 * i] - Math.sin(phases[i])),
      Math.abs(waves[2 * i + 1] - Math.cos(phases[i])),
    );
    if (!(here <= error)) error = here;
  }
  return error;
}

/** 16384 phases a range; an error of up to 2e-7 is let through. */
export const trigonometryCases: KernelCase[] = [3000, 100, 4].map((range) => ({
  name: `sine and cosine over ±${range} rad`,
  async run(gpu) {
    const error = await worst(gpu, randomNumbers(11, 16384, range));
    if (!(error <= 2e-7)) throw new Error(`error ${error}`);
  },
}));
