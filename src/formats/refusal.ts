// Questions where nobody can be asked: a command refuses and names the option that answers.
import { VitrineError } from './errors.ts';
import type { Question } from './understanding.ts';

/** The error for the first question with several possible readings; null where there is none. */
export function refusalOf(questions: Question[]): VitrineError | null {
  const open = questions.find((question) => question.kind === 'reading');
  if (open?.kind !== 'reading') return null;
  return new VitrineError('ambiguous', open.title, {
    file: open.file,
    expected: open.readings.map(({ says }) => says.replace(/\.$/, '')).join('; or '),
    found: open.reason,
    advice: `Say which with ${open.readings.map(({ option }) => option).join(' or ')}.`,
  });
}
