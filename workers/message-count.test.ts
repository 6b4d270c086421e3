import { expect, it } from 'vitest';
import { bytesCloned, countMessages } from './message-count.ts';

it('counts what is copied, once each, and leaves out what is transferred or shared', () => {
  const [copied, moved] = [new Float32Array(100), new Float32Array(50)];
  const message = {
    ab: 'xyz',
    n: 1,
    list: [copied, copied, moved],
    blob: new Blob(['a long text']),
    shared: new Uint8Array(new SharedArrayBuffer(64)),
  };
  const keys = 2 * ('ab' + 'n' + 'list' + 'blob' + 'shared' + '012').length;
  expect(bytesCloned(message, new Set([moved.buffer]))).toBe(keys + 6 + 8 + 400);
});

it('counts on the ports of this thread, from one call to the next', () => {
  // A thread without workers of the web's kind has ports at least.
  globalThis.Worker ??= class {
    postMessage(): void {}
  } as unknown as typeof Worker;
  countMessages();
  const { port1, port2 } = new MessageChannel();
  const moved = new Uint8Array(1000);
  port1.postMessage({ moved }, [moved.buffer]);
  port1.postMessage(new Uint8Array(30));
  expect(countMessages()).toEqual({ messages: 2, clonedBytes: 2 * 'moved'.length + 30, transferredBytes: 1000 });
  expect(countMessages().messages).toBe(0);
  port1.close();
  port2.close();
});
