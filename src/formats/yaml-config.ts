// config.yaml of a cryoDRGN work directory: plain values only (what its fields mean is said where runs are kept).
import { parse, stringify } from 'yaml';
import { VitrineError } from '../base/errors.ts';

export type YamlValue = null | boolean | number | string | YamlValue[] | { [key: string]: YamlValue };
export type YamlConfig = Record<string, YamlValue>;

/** Errors: 'file-empty', 'yaml-syntax'. */
export function readYamlConfig(bytes: Uint8Array, file: string): YamlConfig {
  if (bytes.length === 0)
    throw new VitrineError('file-empty', 'The file is empty.', { file, advice: 'Copy it again.' });
  let value: unknown;
  try {
    value = parse(new TextDecoder().decode(bytes), { schema: 'yaml-1.1', maxAliasCount: 100 });
  } catch (error) {
    const position = /line (\d+)/.exec(error instanceof Error ? error.message : '');
    throw new VitrineError('yaml-syntax', 'The configuration cannot be read.', {
      file,
      row: position ? Number(position[1]) : undefined,
      found: error instanceof Error ? error.message.split('\n')[0] : String(error),
      advice: 'Use the config.yaml that cryoDRGN wrote into the run folder.',
    });
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new VitrineError('yaml-syntax', 'The configuration is not a table of fields.', {
      file,
      expected: 'model_args: …',
    });
  return plain(value) as YamlConfig;
}

/** Dates, sets and other YAML 1.1 types become text. */
function plain(value: unknown): YamlValue {
  if (value === null || ['boolean', 'number', 'string'].includes(typeof value)) return value as YamlValue;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
  return String(value);
}

/** As PyYAML writes it: block style, keys in the order given. */
export function writeYamlConfig(config: YamlConfig): Uint8Array {
  return new TextEncoder().encode(stringify(config, { schema: 'yaml-1.1', lineWidth: 0 }));
}
