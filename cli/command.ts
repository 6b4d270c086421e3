// What every command has: --json and its console, errors told to stderr, the exit code.
import { InvalidArgumentError, type Command } from 'commander';
import { VitrineError } from '../src/base/errors.ts';
import { exitCodeOf, openConsole, type Console } from './console.ts';
import { forTerminal } from './words.ts';

export type Options = Record<string, unknown>;

/** Set by the command that ran. */
export const outcome = { exitCode: 0 };

/** Runs `work` as the command's action: positional arguments as strings, options as commander parsed them. */
export function act(
  command: Command,
  work: (args: string[], options: Options, console: Console) => Promise<void>,
): void {
  command.option('--json', 'last line of stdout is one JSON object');
  command.action(async (...given: unknown[]) => {
    const options = command.opts();
    const count = command.registeredArguments.length;
    const console = openConsole(options['json'] === true);
    try {
      await work(given.slice(0, count) as string[], options, console);
    } catch (error) {
      outcome.exitCode = exitCodeOf(error);
      if (error instanceof VitrineError) {
        if (error.code === 'cancelled') console.warn('Cancelled.');
        else console.warn(`error: ${VitrineError.fromData(forTerminal(error.toData())).describe()}`);
      } else console.warn(`error: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      console.close();
    }
  });
}

export function number(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new InvalidArgumentError('A number is expected.');
  return value;
}

export function wholeNumber(text: string): number {
  const value = number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('A whole number is expected.');
  return value;
}

/** "0.5,0.3". */
export function numbers(text: string): number[] {
  return text.split(',').map(number);
}

/** "0,3,7" and "0-4". */
export function wholeNumbers(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const range = /^(\d+)-(\d+)$/.exec(part.trim());
    if (!range) return [wholeNumber(part)];
    const [from, to] = [Number(range[1]), Number(range[2])];
    if (from > to) throw new InvalidArgumentError('A range goes from the smaller number to the larger.');
    return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
  });
}

/** Amplitude contrast: a fraction. */
export function contrast(text: string): number {
  const value = number(text);
  if (value < 0 || value > 1) throw new InvalidArgumentError('A number from 0 to 1 is expected.');
  return value;
}

export function poseClass(text: string): number | 'best' {
  if (text === 'best') return 'best';
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('The number of a class, or best, is expected.');
  return wholeNumber(text);
}

/** Parser of an option that takes one of `choices`. */
export function oneOf(...choices: string[]): (text: string) => string {
  return (text) => {
    if (!choices.includes(text)) throw new InvalidArgumentError(`One of ${choices.join(', ')} is expected.`);
    return text;
  };
}
