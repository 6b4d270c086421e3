// The boundary over a MessageChannel instead of a worker: errors, progress, callbacks and transfers as the client meets them.
import { wrap } from 'comlink';
import { describe, expect, test } from 'vitest';
import { VitrineError } from '../src/base/errors.ts';
import type { CallOptions, Progress } from './contract.ts';
import { facadeOf, WorkerLink } from './link.ts';
import { latestWins } from './latest-wins.ts';
import { buffersOf, exposeApi, OutgoingCall } from './wire.ts';

class Sample {
  readonly cancelled: string[] = [];
  fail(): Promise<void> {
    throw new VitrineError('star-syntax', 'A bad row.', { file: 'a.star', row: 7, advice: 'Mend it.' });
  }
  async slow(steps: number, call: CallOptions): Promise<string> {
    for (let i = 0; i < steps; i++) {
      call.onProgress?.({ fraction: i / steps, message: `step ${i}` });
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    return call.id;
  }
  async each(onValue: (i: number, values: Float32Array) => void): Promise<void> {
    for (let i = 0; i < 3; i++) onValue(i, Float32Array.of(i));
    await Promise.resolve();
  }
  numbers(): { kept: Float32Array } {
    return { kept: new Float32Array(1000).fill(2) };
  }
  hang(): Promise<void> {
    return new Promise(() => {});
  }
  cancel(id: string): void {
    this.cancelled.push(id);
  }
}

/** A Worker's face on one end of a channel whose other end exposes `api`. */
function workerOf(api: object): Worker {
  const { port1, port2 } = new MessageChannel();
  exposeApi(Promise.resolve(api), {}, port2);
  port1.start();
  return Object.assign(port1, { terminate: () => port1.close() }) as unknown as Worker;
}

describe('wire', () => {
  test('a VitrineError arrives with its code, row and advice', async () => {
    const { port1, port2 } = new MessageChannel();
    exposeApi(new Sample(), {}, port2);
    const remote = wrap<Sample>(port1);
    const error: unknown = await remote.fail().catch((e: unknown) => e);
    expect(error).toBeInstanceOf(VitrineError);
    expect((error as VitrineError).code).toBe('star-syntax');
    expect((error as VitrineError).detail).toMatchObject({ file: 'a.star', row: 7, advice: 'Mend it.' });
    port1.close();
  });

  test('whole arrays are transferred, parts of a buffer and blobs are not', () => {
    const whole = new Float32Array(4);
    const part = new Float32Array(8).subarray(2, 4);
    expect(buffersOf({ a: { whole }, list: [part, whole], blob: new Blob(['x']) })).toEqual([whole.buffer]);
  });

  test('results, progress and callbacks cross', async () => {
    const link = new WorkerLink('sample', () => workerOf(new Sample()));
    const api = facadeOf<{
      slow(steps: number, control?: { onProgress?: (p: Progress) => void }): Promise<string>;
      each(onValue: (i: number, values: Float32Array) => void): Promise<void>;
      numbers(): Promise<{ kept: Float32Array }>;
    }>(() => link, { slow: 1 });
    const seen: string[] = [];
    expect(await api.slow(3, { onProgress: (p) => seen.push(p.message) })).toMatch(/^sample-/);
    expect(seen).toContain('step 1');
    expect(await api.slow(1)).toMatch(/^sample-/);
    const values: number[] = [];
    await api.each((i, array) => values.push(i + array[0]));
    await api.numbers().then(({ kept }) => expect(kept[999]).toBe(2));
    await expect.poll(() => values).toEqual([0, 2, 4]);
    link.end('done');
  });

  test('an aborted signal rejects at once and cancels by id; the end of a worker rejects what waits', async () => {
    const sample = new Sample();
    const link = new WorkerLink('sample', () => workerOf(sample));
    const stop = new AbortController();
    const call = link.callWith('slow', [10_000], 1, { signal: stop.signal });
    setTimeout(() => stop.abort(), 5);
    await expect(call).rejects.toMatchObject({ code: 'cancelled' });
    await expect.poll(() => sample.cancelled.length).toBe(1);
    const hanging = link.call('hang', []);
    link.end('The sample worker stopped.');
    await expect(hanging).rejects.toMatchObject({ code: 'device-lost' });
    expect(await link.call('slow', [1, new OutgoingCall('again')])).toBe('again');
    link.end('done');
  });
});

test('latestWins keeps the running and the newest waiting call', async () => {
  const done: number[] = [];
  const call = latestWins(async (value: number) => {
    await new Promise((resolve) => setTimeout(resolve, 2));
    done.push(value);
    return value;
  });
  expect(await Promise.all([call(1), call(2), call(3), call(4)])).toEqual([1, null, null, 4]);
  expect(done).toEqual([1, 4]);
});
