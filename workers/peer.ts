// What workers ask of each other, over ports of their own that the client makes: the engine worker asks the io worker for
// prepared images, the analysis worker asks the engine worker for maps.
import { wrap } from 'comlink';
import { throwIfCancelled, VitrineError } from '../src/base/errors.ts';
import type { NoiseSpectra } from '../src/imaging/noise-spectrum.ts';
import type { JobOptions } from '../src/jobs/progress.ts';
import type {
  CallOptions,
  DecodeRequest,
  MadeFromImages,
  MaskExtent,
  Params,
  VolumeStatistics,
  WindowsRequest,
} from './contract.ts';
import { OutgoingCall } from './wire.ts';

export interface PreparationApi {
  /** Prepares the images of a dataset into the shared storage, unless they are there. */
  prepare(datasetId: string, params: Params, call: CallOptions): Promise<void>;
  /** Noise of a dataset's images by ring, as prepared and before they are divided (imaging/noise-spectrum.ts). */
  measureNoise(datasetId: string, params: Params, call: CallOptions): Promise<NoiseSpectra>;
  cancel(id: string): void | Promise<void>;
}

/** A real-space map, [z][y][x]. */
export interface DecodedMap {
  boxPixels: number;
  pixelSizeAngstrom: number;
  values: Float32Array;
  /** Epoch whose checkpoint gives this map again; null of a model that is being trained and of a map of the start. */
  epoch: number | null;
  /** Where the device that made the map has counted them already. */
  statistics?: VolumeStatistics;
  /** Of a map that was made from images. */
  made?: MadeFromImages;
  /** Of a mask. */
  extent?: MaskExtent;
}
export interface DecodingApi {
  /**
   * Answers between training steps while a run goes on; while an ab initio run starts, with the map of the start. Tells of
   * progress where the map takes long.
   */
  decode(request: DecodeRequest, call: CallOptions): Promise<DecodedMap>;
  /** Maps of windows (`from: 'window'`), in their order. */
  decodeWindows(
    request: WindowsRequest,
    onMap: (index: number, map: DecodedMap) => void,
    call: CallOptions,
  ): Promise<void>;
  cancel(id: string): void | Promise<void>;
}

/** The other side of a port, with progress carried over it. */
export function peerOf(port: MessagePort): PreparationApi {
  const remote = wrap<PreparationApi>(port);
  return {
    async prepare(datasetId, params, { id, onProgress }) {
      const call = new OutgoingCall(id, onProgress);
      try {
        await remote.prepare(datasetId, params, call);
      } finally {
        call.close();
      }
    },
    async measureNoise(datasetId, params, { id, onProgress }) {
      const call = new OutgoingCall(id, onProgress);
      try {
        return await remote.measureNoise(datasetId, params, call);
      } finally {
        call.close();
      }
    },
    cancel: (id) => remote.cancel(id),
  };
}

/** A peer that may be introduced late, and again after a restart. */
export class Introduction<T> {
  private introduce: (peer: T) => void = () => {};
  private current = this.nobody();

  set(peer: T): void {
    this.introduce(peer);
    this.current = Promise.resolve(peer);
  }

  /** The peer has ended: who asks from now on waits for the next. */
  clear(): void {
    this.current = this.nobody();
  }

  get(): Promise<T> {
    return this.current;
  }

  private nobody(): Promise<T> {
    return new Promise((resolve) => {
      this.introduce = resolve;
    });
  }
}

/**
 * The engine worker as the analysis worker sees it. A port does not tell that its other side has ended: `detach` refuses what
 * waits for an answer, and what is asked next waits for the engine that is started anew.
 */
export class EnginePeer {
  private readonly engine = new Introduction<DecodingApi>();
  private readonly waiting = new Set<(error: VitrineError) => void>();
  private callCount = 0;

  attach(port: MessagePort): void {
    this.engine.set(wrap<DecodingApi>(port));
  }

  detach(reason: string): void {
    this.engine.clear();
    const error = new VitrineError('device-lost', reason, { advice: 'Try again; runs go on from their last epoch.' });
    for (const reject of [...this.waiting]) reject(error);
  }

  /** Errors: those of the engine, 'cancelled', 'device-lost' where its worker ended meanwhile. */
  decode(request: DecodeRequest, job: JobOptions): Promise<DecodedMap> {
    return this.ask(job, (engine, call) => engine.decode(request, call));
  }

  /** Every map has come when this resolves. Errors: those of `decode`. */
  decodeWindows(
    request: WindowsRequest,
    onMap: (index: number, map: DecodedMap) => void,
    job: JobOptions,
  ): Promise<void> {
    return this.ask(job, async (engine, call) => {
      let left = request.zs.length;
      // Maps come over a port of their own, the last perhaps after the answer.
      await new Promise<void>((all, refuse) => {
        const take = (index: number, map: DecodedMap): void => {
          try {
            if (!job.signal?.aborted) onMap(index, map);
          } catch (error) {
            refuse(error);
          }
          if (--left === 0) all();
        };
        engine.decodeWindows(request, take, call).then(() => left === 0 && all(), refuse);
      });
    });
  }

  private async ask<T>(
    { signal, onProgress }: JobOptions,
    question: (engine: DecodingApi, call: CallOptions) => Promise<T>,
  ): Promise<T> {
    throwIfCancelled(signal);
    let refuse: (error: VitrineError) => void = () => {};
    const givenUp = new Promise<never>((_, reject) => {
      refuse = reject;
    });
    this.waiting.add(refuse);
    const call = new OutgoingCall(`map-${++this.callCount}`, onProgress);
    const cancel = (): void => {
      void this.engine.get().then((engine) => engine.cancel(call.id));
      refuse(new VitrineError('cancelled', 'Cancelled.'));
    };
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      const engine = await Promise.race([this.engine.get(), givenUp]);
      return await Promise.race([question(engine, call), givenUp]);
    } finally {
      signal?.removeEventListener('abort', cancel);
      this.waiting.delete(refuse);
      call.close();
    }
  }
}
