// The CPU engine: products with their epilogues, encoding, loss and Adam as WebAssembly SIMD over threads. The default
// where there is no GPU. Threads are Web Workers where the page is isolated (worker_threads in Node), else there is one.
import type { DeviceInfo, Engine, EngineField, FieldModel, ModelState } from '../engine.ts';
import { openAtomsModel } from '../atoms/model.ts';
import type { FactorRequest, FactorSums } from '../factors/factor-sums.ts';
import { fieldOfKind } from '../field-of-kind.ts';
import { isOfMaps, openMapsModel } from '../linear/model.ts';
import type { PoseScorer, SearchPoints } from '../scoring/scorer.ts';
import { WasmFactorSums } from './factor-sums.ts';
import { canShareMemory, loadKernels, type KernelModule } from './kernels.ts';
import { WasmModel } from './model.ts';
import { WasmScorer } from './scorer.ts';
import { OwnThread, WorkerThreads, type Threads } from './threads.ts';

const MOST_THREADS = 8;

/** How many threads compute and how they are started; `ownThread`: the caller's own, none beside it. */
export interface WasmEngineOptions {
  /** Threads that compute; all of the machine's, at most 8, unless said otherwise. */
  threads?: number;
  /** Compute on the calling thread, as where memory cannot be shared. */
  ownThread?: boolean;
}

class WasmEngine implements Engine {
  readonly device: DeviceInfo;
  private readonly models = new Set<FieldModel>();
  private nextModel = 1;

  constructor(
    private readonly threads: Threads,
    private readonly kernels: KernelModule,
  ) {
    const { count } = threads;
    this.device = {
      engine: 'wasm',
      processor: 'cpu',
      description: `${count} thread${count === 1 ? '' : 's'}, SIMD ${kernels.fused ? 'with' : 'without'} fused multiply-add`,
      software: false,
      threads: count,
    };
  }

  async createModel(field: EngineField, state: ModelState): Promise<FieldModel> {
    if (isOfMaps(field)) {
      const makeSums = (request: FactorRequest) => this.createFactorSums(request);
      return openMapsModel(field, state, { models: this.models, makeSums });
    }
    if (field.kind === 'atoms') return openAtomsModel(field, state, this.models);
    const network = fieldOfKind(field, 'network', 'wasm');
    const { threads, kernels } = this;
    const onDispose = (): void => void this.models.delete(model);
    const model = await WasmModel.create({ id: this.nextModel++, threads, kernels, onDispose }, network, state);
    this.models.add(model);
    return model;
  }

  createScorer(points: SearchPoints): Promise<PoseScorer> {
    return WasmScorer.create(this.nextModel++, this.threads, this.kernels, points);
  }

  createFactorSums(request: FactorRequest): Promise<FactorSums> {
    return WasmFactorSums.create({ id: this.nextModel++, threads: this.threads, kernels: this.kernels }, request);
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.models.clear();
    this.threads.terminate();
  }
}

/** Opens the engine; never fails for want of threads: where they cannot be had, the calling thread computes. */
export async function openWasmEngine(options: WasmEngineOptions = {}): Promise<Engine> {
  if (!options.ownThread && canShareMemory()) {
    const wanted = options.threads ?? globalThis.navigator?.hardwareConcurrency ?? coresInNode();
    const count = Math.max(1, Math.min(MOST_THREADS, Math.floor(wanted)));
    const threads = new WorkerThreads(count);
    try {
      const kernels = await loadKernels(true);
      // A first, empty model shows that threads start before anyone relies on them.
      await threads.open(0, kernels, new WebAssembly.Memory({ initial: 1, maximum: 1, shared: true }));
      threads.close(0);
      return new WasmEngine(threads, kernels);
    } catch {
      threads.terminate();
    }
  }
  return new WasmEngine(new OwnThread(), await loadKernels(false));
}

/** Node 20 has no navigator. */
function coresInNode(): number {
  return globalThis.process?.getBuiltinModule?.('node:os').availableParallelism() ?? 1;
}
