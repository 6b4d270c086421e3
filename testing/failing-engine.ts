// The CPU's engine as one whose device can be lost or whose memory can be full, at any call of its models, and whose float16 may not
// hold the gradients of a step: proofs of what a training does then. From a loss on every call rejects, as on a graphics processor.
import type { Engine, FieldModel } from '../src/engine/engine.ts';
import { MOST_LEFT_OUT, precisionTooLow } from '../src/engine/precision.ts';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { VitrineError } from '../src/base/errors.ts';

export type EngineCall = 'createModel' | 'trainStep' | 'takeLosses' | 'encode' | 'exportWeights' | 'exportOptimizer';
/** Before each call: says whether the device is lost now, or its memory does not hold what is asked for. */
export type InjectedFault = (call: EngineCall, images: number) => 'lost' | 'memory' | 'spoilt' | 'overflow' | null;

const lostError = () =>
  new VitrineError('device-lost', 'The graphics processor was lost.', { advice: 'Resume.' });
const fullError = () => new VitrineError('out-of-memory', 'The memory of the graphics processor is full.');

export interface FailingEngine extends Engine {
  lose(): void;
  readonly disposed: boolean;
}

/**
 * 'spoilt': the memory was full and the device cannot be used after it; 'memory': it can. 'overflow' at a step: a model that may
 * compute in float16 leaves it out; one in float32 does not know it.
 */
export async function openFailingEngine(trouble: InjectedFault = () => null): Promise<FailingEngine> {
  const engine = await openWasmEngine({ ownThread: true });
  let failure: VitrineError | null = null;
  let disposed = false;
  let tell: (error: Error) => void;
  const lost = new Promise<Error>((resolve) => (tell = resolve));
  const lose = (error: VitrineError): void => {
    failure ??= error;
    tell(failure);
  };
  const ask = (call: EngineCall, images = 0): ReturnType<InjectedFault> => {
    const met = failure ? null : trouble(call, images);
    if (met === 'lost') lose(lostError());
    if (met === 'spoilt') lose(fullError());
    if (failure) throw failure;
    if (met === 'memory') throw fullError();
    return met;
  };
  const watched = (model: FieldModel, leavesOut: boolean, leftOut = 0): FieldModel => ({
    spec: model.spec,
    points: model.points,
    operationsPerPoint: model.operationsPerPoint,
    async trainStep(batch, options) {
      const overflows = ask('trainStep', batch.count) === 'overflow' && leavesOut;
      leftOut = overflows ? leftOut + 1 : 0;
      if (!overflows) await model.trainStep(batch, options);
      if (failure) throw failure;
    },
    async takeLosses() {
      ask('takeLosses');
      if (leftOut >= MOST_LEFT_OUT) throw precisionTooLow(leftOut, 1);
      return model.takeLosses();
    },
    async encode(batch) {
      ask('encode', batch.count);
      return model.encode(batch);
    },
    evaluate: (...of) => model.evaluate(...of),
    async exportWeights() {
      ask('exportWeights');
      return model.exportWeights();
    },
    async exportOptimizer() {
      ask('exportOptimizer');
      return model.exportOptimizer();
    },
    memoryBytes: () => model.memoryBytes(),
    dispose: () => model.dispose(),
  });
  return {
    device: { ...engine.device, processor: 'gpu', description: 'a graphics processor for tests' },
    lost,
    async createModel(...of) {
      ask('createModel');
      return watched(await engine.createModel(...of), of[2]?.precision !== 'float32');
    },
    createScorer(points) {
      if (failure) throw failure;
      return engine.createScorer(points);
    },
    dispose() {
      disposed = true;
      engine.dispose();
    },
    lose: () => lose(lostError()),
    get disposed() {
      return disposed;
    },
  };
}
