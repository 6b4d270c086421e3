// What crosses between threads beyond plain data, the same on both sides: errors as ErrorData, calls with progress and
// callbacks as message ports, results with their buffers transferred. Import this on both sides before comlink is used.
import { expose, transfer, transferHandlers, type Endpoint, type TransferHandler } from 'comlink';
import { VitrineError, type ErrorData } from '../src/base/errors.ts';
import type { CallOptions, Progress } from './contract.ts';

/** CallOptions on their way to a worker; `close` ends the port on this side when the call is over. */
export class OutgoingCall implements CallOptions {
  private port: MessagePort | null = null;
  constructor(
    readonly id: string,
    readonly onProgress?: (progress: Progress) => void,
  ) {}
  open(): MessagePort | null {
    const report = this.onProgress;
    if (!report) return null;
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<Progress>) => report(event.data);
    this.port = port1;
    return port2;
  }
  close(): void {
    this.port?.close();
  }
}

const callHandler: TransferHandler<OutgoingCall, { id: string; port: MessagePort | null }> = {
  canHandle: (value): value is OutgoingCall => value instanceof OutgoingCall,
  serialize: (call) => {
    const port = call.open();
    return [{ id: call.id, port }, port ? [port] : []];
  },
  deserialize: ({ id, port }) => {
    const call = new OutgoingCall(id, port ? (progress) => port.postMessage(progress) : undefined);
    return call;
  },
};

type Callback = (...args: unknown[]) => void;
/** A function argument runs on the side that passed it, in order; it returns nothing. */
const callbackHandler: TransferHandler<Callback, MessagePort> = {
  canHandle: (value): value is Callback => typeof value === 'function',
  serialize: (callback) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event: MessageEvent<unknown[]>) => callback(...event.data);
    return [port2, [port2]];
  },
  deserialize:
    (port) =>
    (...args) =>
      port.postMessage(args, buffersOf(args)),
};

interface Thrown {
  value: unknown;
}
type ThrownData = { vitrine: ErrorData } | { other: unknown };

/** Comlink's own handler for thrown values, which would lose a VitrineError's code and detail. */
function throwHandler(original: TransferHandler<unknown, unknown>): TransferHandler<unknown, unknown> {
  return {
    canHandle: original.canHandle.bind(original),
    serialize: (thrown) => {
      const error = (thrown as Thrown).value;
      if (error instanceof VitrineError) return [{ vitrine: error.toData() } satisfies ThrownData, []];
      const [other, buffers] = original.serialize(thrown);
      return [{ other } satisfies ThrownData, buffers];
    },
    deserialize: (data) => {
      const thrown = data as ThrownData;
      if ('vitrine' in thrown) throw VitrineError.fromData(thrown.vitrine);
      return original.deserialize(thrown.other);
    },
  };
}

const comlinkThrow = transferHandlers.get('throw');
if (comlinkThrow) transferHandlers.set('throw', throwHandler(comlinkThrow));
transferHandlers.set('call', callHandler as TransferHandler<unknown, unknown>);
transferHandlers.set('callback', callbackHandler as TransferHandler<unknown, unknown>);

/** The buffers of whole typed arrays inside plain data; views on parts of a buffer and shared memory are copied instead. */
export function buffersOf(value: unknown, found = new Set<ArrayBuffer>(), depth = 0): ArrayBuffer[] {
  if (ArrayBuffer.isView(value)) {
    const { buffer, byteLength } = value;
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength && byteLength > 0) found.add(buffer);
  } else if (depth < 6 && typeof value === 'object' && value !== null && !(value instanceof Blob)) {
    const prototype: unknown = Object.getPrototypeOf(value);
    if (Array.isArray(value) || prototype === Object.prototype)
      for (const part of Object.values(value)) buffersOf(part, found, depth + 1);
  }
  return [...found];
}

/**
 * Exposes an API class, or the promise of one, to the other side. What its methods return is given away: buffers are
 * transferred, so a class keeps no array that it has returned. `introductions` are called at once, without waiting for
 * the promise.
 */
export function exposeApi(api: object, introductions: object = {}, endpoint?: Endpoint): void {
  const exposed = new Proxy(introductions, {
    get(target, name) {
      if (typeof name !== 'string' || name === 'then') return undefined;
      const introduction: unknown = Reflect.get(target, name, target);
      if (typeof introduction === 'function') return introduction;
      return async (...args: unknown[]) => {
        const ready = (await api) as object;
        const member: unknown = Reflect.get(ready, name, ready);
        if (typeof member !== 'function') throw new VitrineError('usage', `There is no call named ${name}.`);
        const result: unknown = await Reflect.apply(member, ready, args);
        const buffers = buffersOf(result);
        return buffers.length > 0 ? transfer(result as object, buffers) : result;
      };
    },
  });
  expose(exposed, endpoint);
}
