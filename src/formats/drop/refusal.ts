// Questions where nobody can be asked: a command refuses and names the option that answers.
import { VitrineError } from '../../base/errors.ts';
import type { Question } from './understanding.ts';

/** The error for the first question that a command cannot go on without; null where there is none. */
export function refusalOf(questions: Question[]): VitrineError | null {
  for (const question of questions) {
    if (question.kind === 'amplitude-contrast')
      return new VitrineError('ctf-missing', 'The CTF cannot be made: the file does not say the amplitude contrast.', {
        file: question.file,
        field: question.field,
        expected: 'a value for every particle',
        advice: 'Give it with --amp-contrast (0.1 is usual, 0.07 of data of ice without carbon).',
      });
    if (question.kind === 'pixel-size' && question.needed)
      return VitrineError.fromData({ ...question.needed, advice: 'Give the pixel size of the images with --apix.' });
  }
  const open = questions.find((question) => question.kind === 'reading');
  if (open?.kind !== 'reading') return null;
  return new VitrineError('ambiguous', open.title, {
    file: open.file,
    expected: open.readings.map(({ says }) => says.replace(/\.$/, '')).join('; or '),
    found: open.reason,
    advice: `Say which with ${open.readings.map(({ option }) => option).join(' or ')}.`,
  });
}
