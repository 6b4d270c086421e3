// The configuration of a run folder: config.yaml, or the pickled dict that cryoDRGN wrote before version 2.
import { VitrineError } from '../base/errors.ts';
import { NumpyArray } from '../formats/numpy-arrays.ts';
import { readPickles, type PickleValue } from '../formats/pickle.ts';
import { readYamlConfig, type YamlConfig, type YamlValue } from '../formats/yaml-config.ts';

/** Names of a run's configuration, the newer first. */
export const CONFIG_NAMES = ['config.yaml', 'config.pkl'] as const;

/** Errors: 'yaml-syntax', 'pickle-syntax', 'pickle-forbidden'. */
export function readRunConfig(bytes: Uint8Array, name: string): YamlConfig {
  if (!name.endsWith('.pkl')) return readYamlConfig(bytes, name);
  const [value] = readPickles(bytes, name);
  if (!(value instanceof Map))
    throw new VitrineError('pickle-syntax', 'The configuration is not a table of fields.', {
      file: name,
      expected: 'a dict with model_args, lattice_args and dataset_args',
    });
  return plain(value) as YamlConfig;
}

function plain(value: PickleValue): YamlValue {
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [String(key), plain(item)]));
  if (value instanceof NumpyArray) return Array.from(value.toNumbers());
  if (value instanceof Uint8Array) return new TextDecoder().decode(value);
  if (Array.isArray(value)) return value.map(plain);
  return typeof value === 'bigint' ? Number(value) : value;
}
