// The training flags, from the one table of parameters.
import { InvalidArgumentError, Option, type Command } from 'commander';
import { PARAMS, validateParams, type ParamDef, type ParamKey, type Params } from '../src/params/params.ts';

function numberOf(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number is expected.');
  return value;
}

function optionOf(def: ParamDef, defaults: Partial<Params> = {}): Option {
  const ordinary = defaults[def.key as ParamKey] ?? def.default;
  const unit = def.unit ? `, ${def.unit}` : '';
  switch (def.kind) {
    case 'integer':
    case 'number':
      return new Option(
        `${def.flag} <number>`,
        `${def.meaning} (${def.min} to ${def.max}${unit}; ${String(ordinary)})`,
      ).argParser(numberOf);
    case 'auto-number':
      return new Option(`${def.flag} <number>`, `${def.meaning} (auto: ${def.autoMeaning})`).argParser((text) =>
        text === 'auto' ? 'auto' : numberOf(text),
      );
    case 'choice':
      return new Option(`${def.flag} <name>`, `${def.meaning} (${choicesText(def)}${String(ordinary)})`).choices(
        def.choices.map(({ value }) => value),
      );
    case 'boolean':
      // cryoDRGN's flags name the exception: --uninvert-data, --no-window.
      return new Option(def.flag, `Turns off “${def.label}”: ${def.meaning}`);
  }
}

/** "em: voxel maps (EM); ": what names mean that are not said by themselves. */
function choicesText({ choices, autoMeaning }: Extract<ParamDef, { kind: 'choice' }>): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_°-]+/g, '');
  const meanings = choices.flatMap(({ value, label }) => {
    const meaning = value === 'auto' ? (autoMeaning ?? label) : label;
    return plain(meaning) === plain(value) ? [] : [`${value}: ${meaning}; `];
  });
  return meanings.join('');
}

const OF_OTHER_METHODS: readonly ParamDef['group'][] = ['search', 'linear'];

/**
 * Adds a flag for every parameter of training a network with known poses, or for those whose keys are named; `defaults` where the command's
 * differ from the table's.
 */
export function addParamOptions(command: Command, keys?: readonly string[], defaults?: Partial<Params>): void {
  for (const def of PARAMS as readonly ParamDef[])
    if (keys ? keys.includes(def.key) : !OF_OTHER_METHODS.includes(def.group))
      command.addOption(optionOf(def, defaults));
}

/** Parameters from what commander parsed. Error 'value-out-of-range' naming the flag. */
export function paramsFrom(options: Record<string, unknown>, base: Partial<Params> = {}): Params {
  const values: Record<string, unknown> = { ...base };
  for (const def of PARAMS as readonly ParamDef[]) {
    const value = options[optionOf(def).attributeName()];
    if (value === undefined) continue;
    if (def.kind !== 'boolean') values[def.key] = value;
    else if (def.flag.startsWith('--no-')) values[def.key] = value;
    else values[def.key] = value !== true;
  }
  return validateParams(values as Partial<Params>);
}
