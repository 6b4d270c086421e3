// Run folders of older cryoDRGN: config.pkl, and a last epoch whose files have no number.
import { beforeEach, describe, expect, it } from 'vitest';
import { configFromField } from '../field/config.ts';
import { fieldFromParams } from '../field/kinds.ts';
import { writeLatentsPickle } from '../formats/cryodrgn-pickles.ts';
import { initialCheckpoint } from '../inference/start.ts';
import { defaultParams } from '../params/params.ts';
import { MemoryStorage } from './memory.ts';
import { RunFolder } from './runs.ts';

const field = fieldFromParams(
  { ...defaultParams(), zDim: 2, encoderDim: 4, encoderLayers: 1, decoderDim: 4, decoderLayers: 1 },
  8,
);
const dataset = {
  particles: 'p.mrcs',
  poses: 'pose.pkl',
  ctf: null,
  indices: null,
  dataDirectory: null,
  invertData: true,
  window: true,
  windowRadius: 0.85,
  standardDeviation: 31.9,
};
const optimizer = { learningRate: 1e-4, weightDecay: 0 };

/** Python's text protocol: enough for a dict of dicts, pairs, texts and numbers. */
function pickleText(value: unknown): string {
  if (value === null || value === undefined) return 'N';
  if (typeof value === 'boolean') return value ? 'I01\n' : 'I00\n';
  if (typeof value === 'number') return Number.isInteger(value) ? `I${value}\n` : `F${value}\n`;
  if (typeof value === 'string') return `V${value}\n`;
  if (Array.isArray(value)) return `(${value.map(pickleText).join('')}t`;
  return `(d${Object.entries(value as object)
    .map(([key, item]) => `V${key}\n${pickleText(item)}s`)
    .join('')}`;
}

let storage: MemoryStorage;
let run: RunFolder;
beforeEach(async () => {
  storage = new MemoryStorage();
  run = new RunFolder(storage, '');
  await storage.write('config.pkl', `${pickleText(configFromField(field, dataset, 3))}.`);
});

async function weights(name: string, epoch: number, seed = epoch): Promise<void> {
  await run.writeWeights(field, { ...initialCheckpoint(field, seed), epoch }, optimizer);
  const written = `weights.${epoch}.pkl`;
  if (name === written) return;
  await storage.write(name, (await storage.read(written)) ?? '');
  await storage.remove(written);
}
const latents = (value: number) => writeLatentsPickle(2, new Float32Array(6).fill(value), new Float32Array(6));

describe('an old run', () => {
  it('is described by its pickled configuration', async () => {
    const read = await run.field();
    expect(read).toMatchObject(field);
    expect(read.dataset).toMatchObject({ standardDeviation: 31.9, ctf: null, invertData: true });
  });

  it('has its last epoch from the files without a number', async () => {
    await weights('weights.0.pkl', 0);
    await weights('weights.15.pkl', 15);
    await weights('weights.pkl', 19);
    await storage.write('z.15.pkl', latents(1));
    await storage.write('z.pkl', latents(2));
    expect([await run.epochs(), await run.unnumberedEpoch()]).toEqual([[0, 15, 19], 19]);
    const { checkpoint } = await run.loadCheckpoint(null);
    expect([checkpoint.epoch, checkpoint.latents?.mu[0]]).toEqual([19, 2]);
    expect(checkpoint.weights.get('decoder.0.weight')).toEqual(
      initialCheckpoint(field, 19).weights.get('decoder.0.weight'),
    );
    expect((await run.latents(15))?.mu[0]).toBe(1);
  });

  it('takes the numbered file where both say one epoch', async () => {
    await weights('weights.pkl', 19, 4);
    await weights('weights.19.pkl', 19, 5);
    await storage.write('z.pkl', latents(2));
    await storage.write('z.19.pkl', latents(3));
    expect([await run.epochs(), (await run.latents(null))?.mu[0]]).toEqual([[19], 3]);
  });
});

it('a configuration that runs code is refused', async () => {
  await storage.write('config.pkl', "cos\nsystem\n(S'true'\ntR.");
  await expect(run.field()).rejects.toMatchObject({ code: 'pickle-forbidden', detail: { file: 'config.pkl' } });
});
