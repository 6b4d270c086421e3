// --preset: the values that the studio's presets for known poses begin from, to which the other options are told.
import { Option, type Command } from 'commander';
import { LINEAR_START_DEFAULTS, PRESETS, presetValues, type Params, type PresetName } from '../src/params/params.ts';
import { paramsFrom } from './param-options.ts';

const METHOD = 'known-poses';
const NAMES = (Object.keys(PRESETS) as PresetName[]).filter((name) => PRESETS[name].meaning[METHOD] !== undefined);

/** Adds the option to a command that learns a network with known poses. */
export function addPresetOption(command: Command): void {
  const meanings = NAMES.map((name) => `${name}: ${PRESETS[name].label}`).join(', ');
  command.addOption(
    new Option(
      '--preset <name>',
      `values to begin from, which other options replace (${meanings}; without it those of cryoDRGN)`,
    ).choices(NAMES),
  );
}

/**
 * Parameters of a network at known poses from what commander parsed: a preset's, those of a linear start where that alone was asked for,
 * or the table's, and over them what was said. A preset's box gives way to smaller images (pixels). Error 'value-out-of-range'.
 */
export function presetParamsFrom(raw: Record<string, unknown>, imagePixels = Infinity): Params {
  const preset = NAMES.find((name) => name === raw['preset']);
  const base = preset ? presetValues(preset, METHOD) : raw['latents'] === 'linear' ? LINEAR_START_DEFAULTS : {};
  const tooLarge = typeof base.boxPixels === 'number' && base.boxPixels > imagePixels;
  return paramsFrom(raw, tooLarge ? { ...base, boxPixels: 'auto' } : base);
}
