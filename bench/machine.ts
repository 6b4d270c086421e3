// The device that is measured, and engines on it. Software adapters are said to be such.
import { arch, cpus, platform } from 'node:os';
import { openEngine } from '../src/engine/choose.ts';
import type { Engine, EngineKind } from '../src/engine/engine.ts';
import { adapterWords, findAdapter, isSoftware } from '../src/engine/gpu-adapter.ts';
import { BENCHMARK_OPTIONS, dawn } from '../src/engine/node/dawn.ts';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';

export interface Machine {
  /** Null where Dawn or an adapter is missing. */
  gpu: GPU | null;
  adapter: string;
  software: boolean;
}

export async function findMachine(): Promise<Machine> {
  const gpu = await dawn(BENCHMARK_OPTIONS);
  const adapter = gpu && (await findAdapter(gpu));
  if (!gpu || !adapter) return { gpu: null, adapter: 'none', software: false };
  return { gpu, adapter: adapterWords(adapter.info), software: isSoftware(adapter.info) };
}

/** A device for kernels alone. */
export async function openGpu({ gpu }: Machine): Promise<Gpu> {
  const adapter = gpu && (await findAdapter(gpu));
  if (!adapter) throw new Error('no adapter');
  return Gpu.open(adapter);
}

/** Real adapters are tuned anew when a model is made. */
export function openOnGpu({ gpu }: Machine, maker: EngineKind): Promise<Engine> {
  return openEngine({ device: 'gpu', maker }, { gpu });
}

/** Adapter, host and date, a line of Markdown each. */
export function machineWords({ adapter, software }: Machine): string[] {
  const kind = software ? ' (software: WebGPU computed by the CPU, no graphics processor)' : '';
  const cores = cpus();
  const day = new Date().toISOString().slice(0, 10);
  return [
    `- adapter and driver: ${adapter}${kind}`,
    `- host: ${cores[0]?.model ?? 'unknown'}, ${cores.length} threads, ${platform()} ${arch()}, Node ${process.versions.node}`,
    `- ${day}`,
  ];
}
