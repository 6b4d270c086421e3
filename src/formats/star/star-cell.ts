// Text as a value of a STAR file.
import { VitrineError } from '../../base/errors.ts';

/**
 * A cell as a reader takes it for one value: quoted where it holds blanks, is empty, or begins like something else.
 * Error 'value-out-of-range' where no quotes can hold it.
 */
export function starCell(text: string): string {
  if (text !== '' && !/\s|^['"#_;]|^(data|loop)_/i.test(text)) return text;
  const quote = ['"', "'"].find((mark) => !new RegExp(`${mark}(\\s|$)`).test(text));
  if (quote === undefined || /[\r\n]/.test(text))
    throw new VitrineError('value-out-of-range', 'This text cannot stand in a STAR file.', {
      found: text,
      expected: 'one line, and not both kinds of quotes before blanks',
    });
  return `${quote}${text}${quote}`;
}
