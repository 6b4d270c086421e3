// The guard of a device: who waits is told of a loss, and nobody's results are kept by it.
import { describe, expect, it } from 'vitest';
import { openTestAdapter } from '../../testing/adapter.ts';
import { collect } from '../../testing/bytes-held.ts';
import { VitrineError } from '../base/errors.ts';
import { GuardedDevice } from './gpu-device.ts';

const adapter = await openTestAdapter();
const never = (): Promise<never> => new Promise(() => undefined);
const open = async (): Promise<GuardedDevice> => {
  const fresh = await openTestAdapter();
  if (!fresh) throw new Error('the adapter is gone');
  return GuardedDevice.open(fresh);
};

describe.skipIf(!adapter)('a guarded device', () => {
  it('rejects all who wait when it is lost, and all who come after', async () => {
    const guarded = await open();
    const waiting = [guarded.guard(never), guarded.guard(never)];
    guarded.device.destroy();
    for (const one of [...waiting, guarded.guard(() => 1)])
      await expect(one).rejects.toMatchObject({ code: 'device-lost', message: 'The graphics processor was lost.' });
  });

  it('rejects all who wait when its owner closes it', async () => {
    const guarded = await open();
    const waiting = guarded.guard(never);
    guarded.close();
    await expect(waiting).rejects.toMatchObject({ message: 'The graphics processor was given back.' });
  });

  it('hands on what the work gives or throws', async () => {
    const guarded = await open();
    expect(await guarded.guard(() => 5)).toBe(5);
    await expect(guarded.guard(() => Promise.reject(new VitrineError('usage', 'no')))).rejects.toThrow('no');
    const thrown = guarded.guard(() => {
      throw new VitrineError('usage', 'at once');
    });
    await expect(thrown).rejects.toThrow('at once');
    guarded.close();
  });

  it('keeps nothing of what went through it', async () => {
    const guarded = await open();
    const kept: WeakRef<Float32Array>[] = [];
    for (let i = 0; i < 30; i++) {
      const numbers = await guarded.guard(() => Promise.resolve(new Float32Array(1 << 16)));
      kept.push(new WeakRef(numbers));
    }
    await collect();
    expect(kept.filter((one) => one.deref()).length).toBeLessThanOrEqual(2);
    guarded.close();
  });
});
