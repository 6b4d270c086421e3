import { expect, test } from 'vitest';
import type { CheckpointDict, TorchTensor } from '../../formats/torch-checkpoint.ts';
import { initialCheckpoint } from '../../inference/start.ts';
import { validateParams } from '../../params/params.ts';
import { checkpointDictionary, readCheckpoint } from './checkpoint.ts';
import { networkFromParams } from './description.ts';

// D = 16: 48 gaussian features and 16 latents are as wide as the decoder; μ and log σ² as wide as the encoder.
const params = validateParams({ zDim: 16, encoderDim: 32, encoderLayers: 1, decoderDim: 64 });
const field = networkFromParams(params, { boxPixels: 16, tilts: 1 });
const start = initialCheckpoint(field, 3);
const dictionary = checkpointDictionary(field, start, { learningRate: 1e-4, weightDecay: 0 });
const written = dictionary.get('model_state_dict') as CheckpointDict;

test('ends of one width are residual layers in the file, under cryoDRGN’s names', () => {
  const names = [...written.keys()];
  expect(names).toContain('decoder.decoder.main.0.linear.weight');
  expect(names).toContain('encoder.main.4.linear.bias');
  expect(names).not.toContain('decoder.decoder.main.0.weight');
  expect(names).toContain('encoder.main.0.weight');
});

test('x + Wx + b of the file is (W + 1)x + b of ours', () => {
  const file = written.get('decoder.decoder.main.0.linear.weight') as TorchTensor;
  const ours = start.weights.get('decoder.decoder.main.0.weight')!.data;
  const x = Float64Array.from({ length: 64 }, (_, i) => Math.sin(i));
  for (let row = 0; row < 64; row++) {
    let [residual, plain] = [x[row], 0];
    for (let i = 0; i < 64; i++) {
      residual += (file.data[row * 64 + i] as number) * x[i];
      plain += ours[row * 64 + i] * x[i];
    }
    // float32 rounding of the weights near 1.
    expect(Math.abs(residual - plain)).toBeLessThan(1e-5);
  }
});

test('the start is PyTorch’s: within ±1/√inputs once the identity is off', () => {
  const { data } = written.get('decoder.decoder.main.0.linear.weight') as TorchTensor;
  const largest = (data as Float32Array).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  expect(largest).toBeLessThanOrEqual(1 / 8 + 1e-6);
  expect(largest).toBeGreaterThan(0.12);
});

test('a file comes back as it was', () => {
  const { weights } = readCheckpoint(dictionary, field);
  for (const [name, { data }] of start.weights) {
    const back = weights.get(name)!.data;
    for (let i = 0; i < data.length; i++) expect(Math.abs(back[i] - data[i])).toBeLessThan(2e-7);
  }
});
