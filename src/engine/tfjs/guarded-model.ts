// A model on a graphics processor: every call fails with what became of the device instead of hanging, and training steps
// wait for the step before the last, so that uploads of a fast caller do not pile up in memory.
import type { EncodingTable, FieldModel, ImageBatch, ModelSpec, ModelState, StepOptions } from '../engine.ts';
import type { Graphics } from './graphics.ts';
import { TfjsModel } from './model.ts';

/** A tfjs model every call of which goes through the device's guard. */
export class GuardedModel implements FieldModel {
  readonly spec: ModelSpec;
  readonly points: number;
  readonly operationsPerPoint: number;
  private readonly model: TfjsModel;
  private before: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly graphics: Graphics,
    spec: ModelSpec,
    encoding: EncodingTable,
    state: ModelState,
    onDispose: () => void,
  ) {
    this.model = new TfjsModel(spec, encoding, state, {
      bindingBytes: graphics.device.limits.maxStorageBufferBindingSize,
      onDispose,
    });
    this.spec = spec;
    this.points = this.model.points;
    this.operationsPerPoint = this.model.operationsPerPoint;
  }

  trainStep(batch: ImageBatch, options: StepOptions): Promise<void> {
    return this.graphics.guard(async () => {
      await this.model.trainStep(batch, options);
      const { before } = this;
      this.before = this.graphics.device.queue.onSubmittedWorkDone();
      await before;
    });
  }
  takeLosses() {
    return this.graphics.guard(() => this.model.takeLosses());
  }
  encode(batch: Parameters<FieldModel['encode']>[0]) {
    return this.graphics.guard(() => this.model.encode(batch));
  }
  evaluate(coordinates: Float32Array, z: Float32Array | null) {
    return this.graphics.guard(() => this.model.evaluate(coordinates, z));
  }
  exportWeights() {
    return this.graphics.guard(() => this.model.exportWeights());
  }
  exportOptimizer() {
    return this.graphics.guard(() => this.model.exportOptimizer());
  }
  memoryBytes(): number {
    return this.model.memoryBytes();
  }
  dispose(): void {
    this.model.dispose();
  }
}
