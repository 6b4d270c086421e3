// The Engine on a plain GPUDevice: hand-written WGSL, the same in a worker of the page and in Node through Dawn.
import type { DeviceInfo, EncodingTable, Engine, FieldModel, ModelSpec, ModelState } from '../engine.ts';
import { Gpu } from './gpu/gpu.ts';
import type { Scalar } from './gpu/kernels.ts';
import { WgslModel } from './model/model.ts';
import { Tuned } from './tuning/tuned.ts';

export interface WgslOptions {
  /** What was measured of this adapter; fixed defaults where nothing was. */
  tuned?: (gpu: Gpu) => Promise<Tuned>;
  /** Storage of the decoder's activations; the tuning's choice unless said. */
  scalar?: Scalar;
}

export class WgslEngine implements Engine {
  readonly device: DeviceInfo;
  readonly lost: Promise<Error>;
  private readonly models = new Set<FieldModel>();

  constructor(
    readonly gpu: Gpu,
    private readonly tuned: Tuned,
    private readonly scalar: Scalar,
  ) {
    const { description, software, lost } = gpu.guarded;
    this.lost = lost;
    this.device = {
      engine: 'wgsl',
      processor: software ? 'cpu' : 'gpu',
      description: `WebGPU, ${description}${software ? ' (software)' : ''}${scalar === 'f16' ? ', float16' : ''}`,
      software,
      threads: 1,
    };
  }

  async createModel(spec: ModelSpec, encoding: EncodingTable, state: ModelState): Promise<FieldModel> {
    const { gpu, tuned, scalar } = this;
    const options = { scalar, onDispose: (model: WgslModel) => void this.models.delete(model) };
    const model = await gpu.guarded.guard(() => WgslModel.create(gpu, tuned, spec, encoding, state, options));
    this.models.add(model);
    return model;
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.models.clear();
    this.gpu.close();
  }
}

/** Error: 'device-lost' where the adapter gives no device. */
export async function openWgslEngine(adapter: GPUAdapter, options: WgslOptions = {}): Promise<WgslEngine> {
  const gpu = await Gpu.open(adapter);
  const tuned = (await options.tuned?.(gpu)) ?? Tuned.defaults(gpu);
  return new WgslEngine(gpu, tuned, options.scalar ?? tuned.scalar);
}
