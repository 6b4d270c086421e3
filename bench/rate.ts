// Training speed of one model: rounds of steps, each waited for at its end.
import type { Engine, FieldModel, ImageBatch } from '../src/engine/engine.ts';
import { createModel, STEP, syntheticBatch, type Size } from './models.ts';

export class Trainer {
  private readonly rates: number[] = [];
  private steps = 1;

  private constructor(
    readonly model: FieldModel,
    private readonly batch: ImageBatch,
    /** Seconds from the engine to the end of the first step: buffers, shaders, step. */
    readonly firstStep: number,
  ) {}

  static async start(engine: Engine, size: Size): Promise<Trainer> {
    return Trainer.on(size, () => createModel(engine, size));
  }

  static async on(size: Size, make: () => Promise<FieldModel>): Promise<Trainer> {
    const batch = syntheticBatch(size);
    const begin = performance.now();
    const model = await make();
    await model.trainStep(batch, STEP);
    await model.takeLosses();
    return new Trainer(model, batch, (performance.now() - begin) / 1000);
  }

  /** Images a second over about `seconds`; the first round finds how many steps those are. */
  async round(seconds: number): Promise<number> {
    if (this.rates.length === 0) {
      const begin = performance.now();
      await this.model.trainStep(this.batch, STEP);
      await this.model.takeLosses();
      this.steps = Math.max(1, Math.round((1000 * seconds) / (performance.now() - begin)));
    }
    const begin = performance.now();
    for (let i = 0; i < this.steps; i++) await this.model.trainStep(this.batch, STEP);
    const { total } = await this.model.takeLosses();
    if (!Number.isFinite(total)) throw new Error(`the loss is ${total}`);
    const took = (performance.now() - begin) / 1000;
    const rate = (this.steps * this.batch.count) / took;
    // A device that warmed up does more steps in the time.
    this.steps = Math.max(1, Math.round((this.steps * seconds) / took));
    this.rates.push(rate);
    return rate;
  }

  dispose(): void {
    this.model.dispose();
  }
}
