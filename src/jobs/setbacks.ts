// What a training does when its device fails it: a lost device is opened anew, a batch that the memory did not hold is halved,
// float16 that does not hold the gradients gives way to float32, and it goes on from the last checkpoint. Only what keeps
// happening ends the run.
import type { Engine } from '../engine/engine.ts';
import { wait } from '../base/event-loop.ts';
import { throwIfCancelled, VitrineError, type Notice } from '../base/errors.ts';
import type { Params } from '../params/params.ts';

/** Losses without an epoch finished between them, after which the run fails. */
export const MAX_DEVICE_LOSSES = 3;

/** Waits before a device that was lost is looked for again, milliseconds: a driver that starts anew is not there at once. */
const REOPEN_DELAYS_MILLISECONDS = [500, 1500, 4000];

/** How long a device that spoilt a computation may take to say that it is lost, milliseconds. */
const LOSS_REPORT_MILLISECONDS = 100;

/** Whether the engine has said that it can no longer be used. */
export async function isLost(engine: Engine): Promise<boolean> {
  if (!engine.lost) return false;
  return Promise.race([engine.lost.then(() => true), wait(LOSS_REPORT_MILLISECONDS).then(() => false)]);
}

/** Half of a batch that the memory did not hold; null where the error says something else or one image is too much. */
export function halvedBatch(error: unknown, batchSize: number): number | null {
  if (!(error instanceof VitrineError) || error.code !== 'out-of-memory' || batchSize <= 1) return null;
  return Math.floor(batchSize / 2);
}

/** What is said of a halved batch: `goesOn` for a training, else of an estimate. */
export function batchNotice(engine: Engine, batchSize: number, half: number, goesOn: boolean): Notice {
  const memory = engine.device.processor === 'gpu' ? 'The graphics memory' : 'The memory';
  return {
    code: 'batch-halved',
    message: `${memory} did not hold a batch of ${batchSize}; training ${goesOn ? 'goes on' : 'would go on'} with ${half}.`,
  };
}

/** Parameters that a setback may change. */
export type AdaptedParams = Pick<Params, 'batchSize' | 'precision'>;

/** The setbacks of one training, counted. */
export class Setbacks {
  private losses = 0;

  /** With which the run goes on. */
  readonly params: AdaptedParams;

  constructor({ batchSize, precision }: AdaptedParams) {
    this.params = { batchSize, precision };
  }

  /** `openEngine`, asked again where a device that was lost is not back yet. Errors: its own, 'cancelled'. */
  async open(openEngine: () => Promise<Engine>, signal?: AbortSignal): Promise<Engine> {
    for (const milliseconds of this.losses > 0 ? REOPEN_DELAYS_MILLISECONDS : []) {
      try {
        return await openEngine();
      } catch (error) {
        if (!(error instanceof VitrineError) || error.code !== 'device-lost') throw error;
        await wait(milliseconds);
        throwIfCancelled(signal);
      }
    }
    return openEngine();
  }

  epochFinished(): void {
    this.losses = 0;
  }

  /**
   * How to go on after `error`: what is said about it, or null where the run has to fail. `modelStood`: whether the model was
   * made, since only what comes after depends on the batch. `params` are those to go on with.
   */
  async after(error: unknown, engine: Engine, modelStood: boolean, epochsDone: number): Promise<Notice | null> {
    const { params } = this;
    const half = modelStood ? halvedBatch(error, params.batchSize) : null;
    if (half !== null) {
      const notice = batchNotice(engine, params.batchSize, half, true);
      params.batchSize = half;
      return notice;
    }
    if (!(error instanceof VitrineError)) return null;
    const from = epochsDone > 0 ? `from the end of epoch ${epochsDone}` : 'from the start';
    if (error.code === 'precision-too-low' && params.precision !== 'float32') {
      params.precision = 'float32';
      return { code: 'precision-raised', message: `${error.message} Training goes on in float32 ${from}.` };
    }
    if (error.code !== 'device-lost' || !(await isLost(engine))) return null;
    if (++this.losses > MAX_DEVICE_LOSSES) return null;
    const { found } = error.detail;
    return {
      code: 'device-recovered',
      message: `${error.message} The run goes on ${from} on a device opened anew.`,
      ...(found !== undefined && { found }),
    };
  }
}
