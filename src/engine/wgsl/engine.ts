// The Engine on a plain GPUDevice: hand-written WGSL, the same in a worker of the page and in Node through Dawn.
import type {
  DeviceInfo,
  Engine,
  EngineField,
  FieldModel,
  Fit,
  ModelOptions,
  ModelState,
  Precision,
} from '../engine.ts';
import { openAtomsModel } from '../atoms/model.ts';
import type { FactorRequest, FactorSums } from '../factors/factor-sums.ts';
import { fieldOfKind } from '../field-of-kind.ts';
import { isOfMaps, openMapsModel } from '../linear/model.ts';
import type { PoseScorer, SearchPoints } from '../scoring/scorer.ts';
import { GpuFactorSums } from './factors/factor-sums.ts';
import { Gpu } from './gpu/gpu.ts';
import type { Scalar } from './gpu/kernels.ts';
import { fitOf, unfitError } from './model/fits.ts';
import { WgslModel } from './model/model.ts';
import { GpuPoseScorer } from './pose-search/scorer.ts';
import { KernelChooser } from './tuning/kernel-chooser.ts';
import { tuningSizes } from './tuning/sizes.ts';
import type { TuningStore } from './tuning/store.ts';
import type { TuneOptions } from './tuning/tune.ts';
import { Tuned } from './tuning/tuned.ts';

/** Limits, kernels and stores of an engine; proofs set what a browser leaves alone. */
export interface WgslOptions {
  /** Where measurements of this adapter are kept; null: measured anew each time. */
  tuning?: TuningStore | null;
  /** How adapters in software are tried, which else keep their defaults (proofs). */
  tuneSoftware?: TuneOptions;
}

/** The Engine on a graphics processor (docs/ENGINE.md). */
export class WgslEngine implements Engine {
  readonly device: DeviceInfo;
  readonly lost: Promise<Error>;
  private readonly models = new Set<FieldModel>();
  private readonly scorers = new Set<PoseScorer>();
  private readonly factorSums = new Set<FactorSums>();
  private readonly chooser: KernelChooser;

  constructor(
    readonly gpu: Gpu,
    { tuning = null, tuneSoftware }: WgslOptions = {},
  ) {
    this.chooser = new KernelChooser(gpu, tuning, tuneSoftware);
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
    field: EngineField,
    state: ModelState,
    { precision = 'auto', batchSize, ...options }: ModelOptions = {},
  ): Promise<FieldModel> {
    if (isOfMaps(field)) {
      const makeSums = (request: FactorRequest) => this.createFactorSums(request);
      return openMapsModel(field, state, { models: this.models, makeSums });
    }
    if (field.kind === 'atoms') return openAtomsModel(field, state, this.models);
    const { gpu } = this;
    const { spec, encoding } = fieldOfKind(field, 'network', 'wgsl');
    const fit = this.fits(field, 1);
    if (!fit.fits) throw unfitError(spec, fit);
    const model = await gpu.guarded.guard(async () => {
      const kernels = await this.chooser.kernelsFor(tuningSizes(spec, encoding, batchSize), options);
      const scalar = scalarOf(gpu, kernels.tuned, precision);
      const onDispose = (disposed: WgslModel): void => {
        kernels.leave();
        this.models.delete(disposed);
      };
      return WgslModel.create(gpu, kernels.tuned, { spec, encoding }, state, {
        scalar,
        kernels,
        onDispose,
        checksFew: !gpu.software,
      });
    });
    this.models.add(model);
    return model;
  }

  fits(field: EngineField, images: number): Fit {
    // Computed in the machine's own memory.
    if (isOfMaps(field) || field.kind === 'atoms')
      return {
        fits: true,
        largest: { label: field.kind === 'atoms' ? 'atoms' : 'maps', bytes: 0, mostBytes: Infinity },
        instead: {},
      };
    const { spec, encoding } = fieldOfKind(field, 'network', 'wgsl');
    return fitOf(this.gpu, spec, encoding, images, { scalar: 'f32', tuned: Tuned.defaults(this.gpu) });
  }

  forgetKernels(): void {
    void this.chooser.forget();
  }

  async createScorer(points: SearchPoints): Promise<PoseScorer> {
    const onDispose = (disposed: GpuPoseScorer): void => void this.scorers.delete(disposed);
    const scorer = await GpuPoseScorer.create(this.gpu, points, { onDispose });
    this.scorers.add(scorer);
    return scorer;
  }

  async createFactorSums(request: FactorRequest): Promise<FactorSums> {
    const onDispose = (disposed: GpuFactorSums): void => void this.factorSums.delete(disposed);
    const sums = await GpuFactorSums.create(this.gpu, request, { onDispose });
    this.factorSums.add(sums);
    return sums;
  }

  dispose(): void {
    void this.chooser.forget();
    for (const model of this.models) model.dispose();
    this.models.clear();
    for (const scorer of this.scorers) scorer.dispose();
    this.scorers.clear();
    for (const sums of this.factorSums) sums.dispose();
    this.factorSums.clear();
    this.gpu.close();
  }
}

function scalarOf({ half }: Gpu, tuned: Tuned, precision: Precision): Scalar {
  if (precision === 'auto') return tuned.scalar;
  return precision === 'float16' && half ? 'f16' : 'f32';
}

/** Error: 'device-lost' where the adapter gives no device. */
export async function openWgslEngine(adapter: GPUAdapter, options: WgslOptions = {}): Promise<WgslEngine> {
  return new WgslEngine(await Gpu.open(adapter), options);
}
