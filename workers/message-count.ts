// Counts what the page sends to its workers, by the copy and by the transfer. For stories only: nothing is counted until
// `countMessages` was called, which wraps postMessage of workers and ports on this thread for good.

export interface MessageCount {
  messages: number;
  /** Bytes that structured cloning copies: of a string two a character, of a number eight; blobs and shared memory none. */
  clonedBytes: number;
  /** Bytes of buffers that change hands. */
  transferredBytes: number;
}

let count: MessageCount | null = null;

/** What was sent since the last call; the first call begins the count. */
export function countMessages(): MessageCount {
  const before = count;
  if (!before) {
    wrap(Worker.prototype);
    wrap(MessagePort.prototype);
  }
  count = { messages: 0, clonedBytes: 0, transferredBytes: 0 };
  return before ?? count;
}

function wrap(prototype: Pick<MessagePort, 'postMessage'>): void {
  const post = prototype.postMessage;
  prototype.postMessage = function counted(this: MessagePort | Worker, message: unknown, options?: unknown) {
    const given = Array.isArray(options) ? options : (options as StructuredSerializeOptions | undefined)?.transfer;
    add(message, given ?? []);
    return Reflect.apply(post, this, options === undefined ? [message] : [message, options]) as void;
  };
}

function add(message: unknown, transferred: readonly unknown[]): void {
  if (!count) return;
  count.messages++;
  for (const buffer of transferred) if (buffer instanceof ArrayBuffer) count.transferredBytes += buffer.byteLength;
  count.clonedBytes += bytesCloned(message, new Set(transferred));
}

/** `seen` begins with what is transferred; an object that occurs twice is copied once. */
export function bytesCloned(value: unknown, seen: Set<unknown>): number {
  if (typeof value === 'string') return 2 * value.length;
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') return 8;
  if (typeof value !== 'object' || value === null || seen.has(value)) return 0;
  seen.add(value);
  if (ArrayBuffer.isView(value)) return bytesCloned(value.buffer, seen);
  if (value instanceof ArrayBuffer) return value.byteLength;
  if (value instanceof Map || value instanceof Set)
    return [...value].reduce<number>((sum, part) => sum + bytesCloned(part, seen), 0);
  if (value instanceof Blob || (Object.getPrototypeOf(value) !== Object.prototype && !Array.isArray(value))) return 0;
  return Object.entries(value).reduce((sum, [key, part]) => sum + 2 * key.length + bytesCloned(part, seen), 0);
}
