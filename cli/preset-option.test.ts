import { Command } from 'commander';
import { expect, it } from 'vitest';
import { defaultParams } from '../src/params/params.ts';
import { addParamOptions } from './param-options.ts';
import { addPresetOption, presetParamsFrom } from './preset-option.ts';

function said(...args: string[]): Record<string, unknown> {
  const command = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
  addParamOptions(command);
  addPresetOption(command);
  return command.parse(args, { from: 'user' }).opts();
}

it('begins from a preset, and takes what was said over it', () => {
  const standard = presetParamsFrom(said('--preset', 'standard', '--zdim', '6', '--dec-dim', '64'));
  expect(standard).toMatchObject({ method: 'known-poses', latents: 'linear', zDim: 6, decoderDim: 64, epochs: 8 });
  expect(presetParamsFrom(said('--preset', 'encoder'))).toMatchObject({ latents: 'encoder', zDim: 3, epochs: 12 });
});

it('begins from cryoDRGN’s values by that name and without one, and from a linear start where only that is asked for', () => {
  expect(presetParamsFrom(said())).toEqual(defaultParams());
  expect(presetParamsFrom(said('--preset', 'cryodrgn'))).toEqual(defaultParams());
  expect(presetParamsFrom(said('--latents', 'linear'))).toEqual(presetParamsFrom(said('--preset', 'standard')));
});

it('does not enlarge images by a preset, and refuses names of none and of other methods', () => {
  expect(presetParamsFrom(said('--preset', 'quick'), 128).boxPixels).toBe(64);
  expect(presetParamsFrom(said('--preset', 'quick'), 32).boxPixels).toBe('auto');
  expect(presetParamsFrom(said('--preset', 'quick', '-D', '48'), 32).boxPixels).toBe(48);
  for (const name of ['first', 'best']) expect(() => said('--preset', name)).toThrow(/Allowed choices/);
});
