// What the engine worker asks of the io worker, over a port of their own: images prepared for a run.
import { wrap } from 'comlink';
import type { CallOptions, Params } from './contract.ts';
import { OutgoingCall } from './wire.ts';

export interface PreparationApi {
  /** Prepares the images of a dataset into the shared storage, unless they are there. */
  prepare(datasetId: string, params: Params, call: CallOptions): Promise<void>;
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
    cancel: (id) => remote.cancel(id),
  };
}

/** A peer that may be introduced late, and again after a restart. */
export class Introduction<T> {
  private introduce: (peer: T) => void = () => {};
  private current = new Promise<T>((resolve) => {
    this.introduce = resolve;
  });

  set(peer: T): void {
    this.introduce(peer);
    this.current = Promise.resolve(peer);
  }

  get(): Promise<T> {
    return this.current;
  }
}
