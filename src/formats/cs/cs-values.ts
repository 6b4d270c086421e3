// Fields of a .cs table as numbers that are numbers.
import type { CsFields } from './cs-particles.ts';
import { VitrineError } from '../../base/errors.ts';

/**
 * rows×width values of a field; null where no table has it. Errors: 'cs-syntax' (of a type that is not read, or of another
 * width), 'value-out-of-range' naming the row of a value that is not finite.
 */
export function finiteValues(fields: CsFields, field: string, width = 1): Float64Array | null {
  if (!fields.has(field)) return null;
  const values = fields.numbers(field);
  const file = fields.table.fileName;
  if (values?.length !== fields.table.rows * width)
    throw new VitrineError('cs-syntax', 'A field is not of the kind it should be.', {
      file,
      field,
      expected: width === 1 ? 'one number per particle' : `${width} numbers per particle`,
      found: values ? `${values.length / fields.table.rows} numbers per particle` : 'a type that is not read',
    });
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0)
    throw new VitrineError('value-out-of-range', 'A value of a particle is not a number.', {
      file,
      row: Math.floor(bad / width) + 1,
      field,
      expected: 'a finite number',
      found: String(values[bad]),
      advice: 'Leave the particle out in cryoSPARC, or export it again.',
    });
  return values;
}
