// The Engine on a plain GPUDevice: hand-written WGSL, the same in a worker of the page and in Node through Dawn.
import type {
  DeviceInfo,
  EncodingTable,
  Engine,
  FieldModel,
  Fit,
  ModelOptions,
  ModelSpec,
  ModelState,
  Precision,
} from '../engine.ts';
import type { PoseScorer, SearchPoints } from '../scoring/scorer.ts';
import { Gpu } from './gpu/gpu.ts';
import type { Scalar } from './gpu/kernels.ts';
import { fitOf, unfitError } from './model/fits.ts';
import { WgslModel } from './model/model.ts';
import { GpuPoseScorer } from './pose-search/scorer.ts';
import { tuningSizes } from './tuning/sizes.ts';
import { openTuned, tuningKey, type TuningStore } from './tuning/store.ts';
import { Tuned } from './tuning/tuned.ts';

export interface WgslOptions {
  /** Where measurements of this adapter are kept; null: measured anew each time. */
  tuning?: TuningStore | null;
}

export class WgslEngine implements Engine {
  readonly device: DeviceInfo;
  readonly lost: Promise<Error>;
  private readonly models = new Set<FieldModel>();
  private readonly scorers = new Set<PoseScorer>();
  /** By the sizes of models: what is asked for again is not measured again. */
  private readonly tuned = new Map<string, Promise<Tuned>>();

  constructor(
    readonly gpu: Gpu,
    private readonly store: TuningStore | null,
  ) {
    const { description, software, lost } = gpu.guarded;
    this.lost = lost;
    this.device = {
      engine: 'wgsl',
      processor: software ? 'cpu' : 'gpu',
      description: `WebGPU, ${description}${software ? ' (software)' : ''}`,
      software,
      threads: 1,
    };
  }

  async createModel(
    spec: ModelSpec,
    encoding: EncodingTable,
    state: ModelState,
    { precision = 'auto' }: ModelOptions = {},
  ): Promise<FieldModel> {
    const { gpu } = this;
    const fit = this.fits(spec, encoding, 1);
    if (!fit.fits) throw unfitError(spec, fit);
    const model = await gpu.guarded.guard(async () => {
      const tuned = await this.tunedFor(spec, encoding);
      const scalar = scalarOf(gpu, tuned, precision);
      const onDispose = (disposed: WgslModel): void => void this.models.delete(disposed);
      return WgslModel.create(gpu, tuned, spec, encoding, state, { scalar, onDispose });
    });
    this.models.add(model);
    return model;
  }

  fits(spec: ModelSpec, encoding: EncodingTable, images: number): Fit {
    return fitOf(this.gpu, spec, encoding, images, { scalar: 'f32', tuned: Tuned.defaults(this.gpu) });
  }

  private tunedFor(spec: ModelSpec, encoding: EncodingTable): Promise<Tuned> {
    const sizes = tuningSizes(spec, encoding);
    const key = tuningKey(this.gpu, sizes);
    const found = this.tuned.get(key) ?? openTuned(this.gpu, sizes, { store: this.store });
    this.tuned.set(key, found);
    return found;
  }

  async createScorer(points: SearchPoints): Promise<PoseScorer> {
    const onDispose = (disposed: GpuPoseScorer): void => void this.scorers.delete(disposed);
    const scorer = await GpuPoseScorer.create(this.gpu, points, { onDispose });
    this.scorers.add(scorer);
    return scorer;
  }

  dispose(): void {
    for (const model of this.models) model.dispose();
    this.models.clear();
    for (const scorer of this.scorers) scorer.dispose();
    this.scorers.clear();
    this.gpu.close();
  }
}

function scalarOf({ half }: Gpu, tuned: Tuned, precision: Precision): Scalar {
  if (precision === 'auto') return tuned.scalar;
  return precision === 'float16' && half ? 'f16' : 'f32';
}

/** Error: 'device-lost' where the adapter gives no device. */
export async function openWgslEngine(adapter: GPUAdapter, { tuning = null }: WgslOptions = {}): Promise<WgslEngine> {
  return new WgslEngine(await Gpu.open(adapter), tuning);
}
