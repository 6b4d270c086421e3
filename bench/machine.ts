// The device that is measured, and engines on it. Software adapters are said to be such.
import { arch, cpus, platform } from 'node:os';
import { openEngine } from '../src/engine/choose.ts';
import type { Engine, EngineKind } from '../src/engine/engine.ts';
import { adapterWords, findAdapter, isSoftware } from '../src/engine/gpu-adapter.ts';
import { BENCHMARK_OPTIONS, dawn } from '../src/engine/node/dawn.ts';
import { openWgslEngine } from '../src/engine/wgsl/engine.ts';
import { Gpu } from '../src/engine/wgsl/gpu/gpu.ts';
import { tuningSizes } from '../src/engine/wgsl/tuning/sizes.ts';
import { openTuned, type TuningStore } from '../src/engine/wgsl/tuning/store.ts';
import { encodingOf, specOf, type Size } from './models.ts';

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

/** The WGSL kernels are tuned for the size where the adapter is a real one, as the studio does it. */
export async function openOnGpu(machine: Machine, maker: EngineKind, size: Size): Promise<Engine> {
  const { gpu } = machine;
  const adapter = gpu && (await findAdapter(gpu));
  if (maker !== 'wgsl' || !adapter) return openEngine({ device: 'gpu', maker }, { gpu });
  const sizes = tuningSizes(specOf(size), encodingOf(size));
  return openWgslEngine(adapter, { tuned: (device) => openTuned(device, sizes, { store: tuned }) });
}

/** Of this run alone, so that each run measures anew. */
const kept = new Map<string, string>();
const tuned: TuningStore = {
  load: (key) => Promise.resolve(kept.get(key) ?? null),
  save: (key, text) => {
    kept.set(key, text);
    return Promise.resolve();
  },
};
/** What the kernels were tuned to in this run, by their file's name. */
export function tunings(): ReadonlyMap<string, string> {
  return kept;
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
