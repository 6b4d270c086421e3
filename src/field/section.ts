// One mapping of a config.yaml, read key by key with what was wrong of it said.
import { VitrineError } from '../base/errors.ts';

/** An absent key and null take the default where there is one. Errors: 'yaml-syntax' naming the key. */
export class Section {
  private readonly values: Record<string, unknown>;

  constructor(
    config: unknown,
    private readonly name: string,
    key = name,
  ) {
    const section = isMapping(config) ? config[key] : undefined;
    if (!isMapping(section)) throw refusal(name, 'a mapping', section);
    this.values = section;
  }

  /** Whether the key is there with a value. */
  has(key: string): boolean {
    return this.values[key] !== undefined && this.values[key] !== null;
  }

  section(key: string): Section {
    return new Section(this.values, `${this.name}.${key}`, key);
  }

  refuse(key: string, expected: string, found: unknown): never {
    throw refusal(`${this.name}.${key}`, expected, found);
  }

  number(key: string, fallback?: number): number {
    const value = this.values[key] ?? fallback;
    return typeof value === 'number' && Number.isFinite(value) ? value : this.refuse(key, 'a number', value);
  }

  flag(key: string, fallback: boolean): boolean {
    const value = this.values[key] ?? fallback;
    return typeof value === 'boolean' ? value : this.refuse(key, 'true or false', value);
  }

  text(key: string): string | null {
    const value = this.values[key];
    return typeof value === 'string' ? value : null;
  }

  choice<T extends string>(key: string, choices: readonly T[], fallback: T): T {
    const value = this.values[key] ?? fallback;
    return choices.find((choice) => choice === value) ?? this.refuse(key, choices.join(', '), value);
  }

  /** The second of a pair of numbers. */
  secondOf(key: string): number {
    const value = this.values[key];
    const second: unknown = Array.isArray(value) ? value[1] : undefined;
    return typeof second === 'number' ? second : this.refuse(key, 'mean and standard deviation', value);
  }
}

function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refusal(field: string, expected: string, found: unknown): VitrineError {
  return new VitrineError('yaml-syntax', 'The configuration does not describe a model that can be run here.', {
    file: 'config.yaml',
    field,
    expected,
    found: found === undefined ? 'nothing' : JSON.stringify(found),
    advice: 'Use the config.yaml of a cryoDRGN train_vae or train_nn run, version 1 or later.',
  });
}
