// Advice for a terminal: the studio's page says "Drop the file", a command names the option or the path to give.
import type { ErrorDetail, Notice } from '../src/base/errors.ts';
import { AS_THE_TABLE_WRITES } from '../src/formats/drop/stack-finder.ts';

/** Where an option is the answer, by the error's code; the first that holds. */
const OPTION_ADVICE: { code: string; holds?: (detail: ErrorDetail) => boolean; advice: string }[] = [
  {
    code: 'star-image-missing',
    advice: 'Give the folder from which the table names its stacks (the project folder) with --datadir.',
  },
  {
    code: 'ambiguous',
    holds: ({ advice }) => advice === AS_THE_TABLE_WRITES,
    advice: 'Give the folder from which the table names its stacks (the project folder) with --datadir.',
  },
  {
    code: 'cs-syntax',
    holds: ({ field }) => field === 'blob/path',
    advice: "Give the job's passthrough .cs file with --passthrough.",
  },
  {
    code: 'ctf-missing',
    holds: ({ advice }) => advice === undefined || /\bdrop\b/i.test(advice),
    advice: 'Give --ctf, or a STAR or .cs file that holds the CTF.',
  },
];

/** The same error or notice with advice that can be followed in a terminal. */
export function forTerminal<T extends ErrorDetail & { code: string }>(said: T): T {
  const { advice } = said;
  const option = OPTION_ADVICE.find(({ code, holds }) => code === said.code && (holds?.(said) ?? true));
  if (option) return { ...said, advice: option.advice };
  if (advice === undefined) return said;
  const words = advice
    .replaceAll(/\bDrop\b/g, 'Give')
    .replaceAll(/\bdrop it again\b/g, 'try it again')
    .replaceAll(/\bdrop\b/g, 'give')
    .replaceAll(/\bdropped\b/g, 'opened');
  return { ...said, advice: words };
}

export function warningLine(notice: Notice): string {
  const { message, advice } = forTerminal(notice);
  return `warning: ${message}${advice ? ` ${advice}` : ''}`;
}
