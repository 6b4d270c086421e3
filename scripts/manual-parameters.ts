// Writes the parameters of src/params/ into docs/MANUAL.md, so that what an option means is said once.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PARAM_GROUPS, PARAMS, type ParamDef } from '../src/params/params.ts';

export const MANUAL_PATH = resolve(import.meta.dirname, '../docs/MANUAL.md');
const [BEGIN, END] = ['<!-- parameters: npm run manual -- --text -->', '<!-- end of parameters -->'];

/** Range and default in words. */
function valuesOf(def: ParamDef): string {
  const unit = def.unit ? ` ${def.unit}` : '';
  switch (def.kind) {
    case 'boolean':
      return `on, and turned off by \`${def.flag}\``;
    case 'choice':
      return `${def.choices.map(({ value }) => `\`${value}\``).join(', ')}; default \`${def.default}\``;
    case 'auto-number':
      return `${def.min} to ${def.max}${unit}; default auto`;
    default:
      return `${def.min} to ${def.max}${unit}; default ${def.default}`;
  }
}

function entry(def: ParamDef): string {
  const flag = def.kind === 'boolean' ? '' : ` \`${def.flag}\``;
  const auto = 'autoMeaning' in def && def.autoMeaning ? ` Auto: ${def.autoMeaning}.` : '';
  return `- **${def.label}**${flag} (${valuesOf(def)}). ${def.meaning}${auto}`;
}

/** A heading for each group, a list item for each parameter. */
export function parameterLists(): string {
  return PARAM_GROUPS.map(({ group, title, text }) => {
    // The method is a command of its own, or a button, not a flag.
    const defs: readonly ParamDef[] = PARAMS.filter((def) => def.group === group && def.key !== 'method');
    return `### ${title}: ${text}\n\n${defs.map(entry).join('\n')}\n`;
  }).join('\n');
}

/** The manual with the lists in their place. */
export function withParameters(manual: string): string {
  const [begin, end] = [manual.indexOf(BEGIN), manual.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('The manual has lost the marks between which its parameters stand.');
  return `${manual.slice(0, begin + BEGIN.length)}\n\n${parameterLists()}\n${manual.slice(end)}`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
  writeFileSync(MANUAL_PATH, withParameters(readFileSync(MANUAL_PATH, 'utf8')));
