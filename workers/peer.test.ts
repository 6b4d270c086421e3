// The port between the analysis worker and the engine worker: maps are moved, not copied, and nothing hangs when an engine ends.
import { expect, it } from 'vitest';
import type { CallOptions, DecodeRequest, WindowsRequest } from './contract.ts';
import { EnginePeer, type DecodedMap } from './peer.ts';
import { exposeApi } from './wire.ts';

const request: DecodeRequest = { runId: 'run', epoch: null, z: [1], boxPixels: 8 };

/** Answers at once, or waits for ever; remembers what it gave away and what was cancelled. */
class Host {
  given: Float32Array[] = [];
  cancelled: string[] = [];
  asked = 0;
  constructor(private readonly hangs = false) {}

  async decode({ boxPixels, z }: DecodeRequest, call: CallOptions): Promise<DecodedMap> {
    this.asked++;
    call.onProgress?.({ fraction: 0.5, message: 'Decoding' });
    // A map takes longer than a word of it.
    await new Promise((resolve) => setTimeout(resolve, 20));
    if (this.hangs) return new Promise(() => {});
    const values = new Float32Array(boxPixels ** 3).fill(z[0]);
    this.given.push(values);
    return { boxPixels, pixelSizeAngstrom: 1, values, epoch: 1 };
  }
  async decodeWindows(
    { zs, ...rest }: WindowsRequest,
    onMap: (index: number, map: DecodedMap) => void,
    call: CallOptions,
  ): Promise<void> {
    for (const [index, z] of zs.entries()) onMap(index, await this.decode({ ...rest, z }, call));
  }
  cancel(id: string): void {
    this.cancelled.push(id);
  }
}

/** Introduces a host to a peer, as the client does; gives what closes the port. */
function introduce(peer: EnginePeer, host: Host): () => void {
  const { port1, port2 } = new MessageChannel();
  exposeApi(Promise.resolve(host), {}, port1);
  peer.attach(port2);
  return () => {
    port1.close();
    port2.close();
  };
}

it('waits for the engine to be introduced; the map is moved here, and progress comes with it', async () => {
  const peer = new EnginePeer();
  const told: (number | null)[] = [];
  const asked = peer.decode(request, { onProgress: ({ fraction }) => told.push(fraction) });
  const host = new Host();
  const close = introduce(peer, host);
  const { values } = await asked;
  expect(values).toEqual(new Float32Array(512).fill(1));
  // Moved: the sender has nothing left of it.
  expect(host.given[0].byteLength).toBe(0);
  expect(told).toEqual([0.5]);
  close();
});

it('hands over the maps of windows one by one, all of them before it ends, and none after it was given up', async () => {
  const peer = new EnginePeer();
  const host = new Host();
  const close = introduce(peer, host);
  const zs = [[1], [2], [3]];
  const maps: [number, number][] = [];
  const take = (index: number, { values }: DecodedMap) => void maps.push([index, values[0]]);
  await peer.decodeWindows({ ...request, zs }, take, {});
  expect(maps).toEqual([
    [0, 1],
    [1, 2],
    [2, 3],
  ]);
  expect(host.given.map(({ byteLength }) => byteLength)).toEqual([0, 0, 0]);
  const stop = new AbortController();
  maps.length = 0;
  const given = peer.decodeWindows({ ...request, zs }, () => stop.abort(), { signal: stop.signal });
  await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  await expect.poll(() => host.cancelled).toHaveLength(1);
  await expect(
    peer.decodeWindows(
      { ...request, zs },
      () => {
        throw new Error('no surface');
      },
      {},
    ),
  ).rejects.toThrow('no surface');
  close();
});

it('refuses what waits when the engine ends, and asks the next one after that', async () => {
  const peer = new EnginePeer();
  const lost = new Host(true);
  const closeLost = introduce(peer, lost);
  const hanging = peer.decode(request, {});
  await expect.poll(() => lost.asked).toBe(1);
  closeLost();
  peer.detach('The engine worker stopped.');
  await expect(hanging).rejects.toMatchObject({ code: 'device-lost', message: 'The engine worker stopped.' });
  const next = peer.decode(request, {});
  const fresh = new Host();
  const close = introduce(peer, fresh);
  expect((await next).values[0]).toBe(1);
  expect([lost.asked, fresh.asked]).toEqual([1, 1]);
  close();
});

it('ends a call that is given up at once, here and in the engine', async () => {
  const peer = new EnginePeer();
  const host = new Host(true);
  const close = introduce(peer, host);
  const stop = new AbortController();
  const given = peer.decode(request, { signal: stop.signal });
  await expect.poll(() => host.asked).toBe(1);
  stop.abort();
  await expect(given).rejects.toMatchObject({ code: 'cancelled' });
  await expect.poll(() => host.cancelled).toHaveLength(1);
  await expect(peer.decode(request, { signal: stop.signal })).rejects.toMatchObject({ code: 'cancelled' });
  expect(host.asked).toBe(1);
  close();
});
