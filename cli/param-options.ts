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
    case 'choice': {
      const names = namesOf(def);
      const said = `${def.meaning} (${choicesText(def)}${String(ordinary)})`;
      return def.fileChoice === undefined
        ? new Option(`${def.flag} <name>`, said).choices(names)
        : new Option(`${def.flag} <name|file>`, `${said} (names: ${names.join(', ')})`);
    }
    case 'boolean':
      // cryoDRGN's flags name the exception: --uninvert-data, --no-window.
      return new Option(def.flag, `Turns off “${def.label}”: ${def.meaning}`);
  }
}

type ChoiceDef = Extract<ParamDef, { kind: 'choice' }>;

/** What can be said by name; a file is said by its path. */
function namesOf({ choices, fileChoice }: ChoiceDef): string[] {
  return choices.map(({ value }) => value).filter((value) => value !== fileChoice);
}

/** The path that was given for an option of names or a file; null for a name or nothing. */
export function fileSaidFor(key: ParamKey, options: Record<string, unknown>): string | null {
  const def = (PARAMS as readonly ParamDef[]).find((one) => one.key === key);
  const said = def && options[optionOf(def).attributeName()];
  if (def?.kind !== 'choice' || def.fileChoice === undefined || typeof said !== 'string') return null;
  return namesOf(def).includes(said) ? null : said;
}

/** "em: voxel maps (EM); ": what names mean that are not said by themselves. */
function choicesText({ choices, autoMeaning }: ChoiceDef): string {
  const plain = (text: string) => text.toLowerCase().replaceAll(/[\s_°-]+/g, '');
  const meanings = choices.flatMap(({ value, label }) => {
    const meaning = value === 'auto' ? (autoMeaning ?? label) : label;
    return plain(meaning) === plain(value) ? [] : [`${value}: ${meaning}; `];
  });
  return meanings.join('');
}

const OF_OTHER_METHODS: readonly ParamDef['group'][] = ['search', 'linear', 'atoms'];

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
    if (def.kind === 'choice' && fileSaidFor(def.key as ParamKey, options) !== null) values[def.key] = def.fileChoice;
    else if (def.kind !== 'boolean') values[def.key] = value;
    else if (def.flag.startsWith('--no-')) values[def.key] = value;
    else values[def.key] = value !== true;
  }
  return validateParams(values as Partial<Params>);
}
