// What was chosen for this machine's graphics processors, as a person asks for it: listed, cleared, and none.
import { readdirSync } from 'node:fs';
import { afterAll, expect, test } from 'vitest';
import { tuningFiles } from '../src/engine/node/tuning-file.ts';
import { TUNING_VERSION, type Tuning } from '../src/engine/wgsl/tuning/tuned.ts';
import { commandFolder } from '../testing/command.ts';

const { path, vitrine, remove } = commandFolder();
afterAll(remove);
// The command's, since it inherits it, and this file's own.
process.env['VITRINE_CACHE'] = path('cache');

const none = 'None: they are chosen beside the first training on a graphics processor.';

function tuning(adapter: string, more: Partial<Tuning> = {}): string {
  const halves = { scalar: { variant: '"f16"', microseconds: 10 } };
  return JSON.stringify({ adapter, version: TUNING_VERSION, choices: halves, ...more });
}

test('lists what is kept, clears it when asked to, and says when there is nothing', async () => {
  expect(await vitrine(['kernels'])).toMatchObject({ code: 0, stdout: `${none}\n`, stderr: '' });
  const store = tuningFiles();
  const created = '2026-03-04T05:06:07.000Z';
  await store.save('a-half-384x256-relu-z.json', tuning('a card', { created, rate: 12.34e12 }));
  await store.save('b-384x1024-leaky_relu.json', tuning('b card', { version: TUNING_VERSION - 1, choices: {} }));
  await store.save('c-384x256-relu.json', '{');

  const listed = await vitrine(['kernels']);
  expect(listed).toMatchObject({ code: 0, stderr: '' });
  expect(listed.stdout.trim().split('\n')).toEqual([
    'unreadable, 384×256 relu, float32, of older kernels',
    'a card, 384×256 relu z, float16, 12 TFLOP/s, 2026-03-04',
    'b card, 384×1024 leaky_relu, float32, of older kernels',
  ]);
  const { json } = await vitrine(['kernels', '--json']);
  expect(json).toMatchObject({ kernels: [{}, { adapter: 'a card', current: true, rate: 12.34e12 }, {}], cleared: 0 });
  expect(readdirSync(path('cache/tuning'))).toHaveLength(3);

  const cleared = await vitrine(['kernels', '--clear']);
  expect(cleared.code).toBe(0);
  expect(cleared.stdout).toContain('a card');
  expect(cleared.stdout).toContain('Cleared 3: the next training chooses again.');
  expect(readdirSync(path('cache/tuning'))).toEqual([]);
  const again = await vitrine(['kernels', '--clear', '--json']);
  expect(again).toMatchObject({ code: 0, json: { kernels: [], cleared: 0 } });
});
