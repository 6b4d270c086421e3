// Fields of a .cs table as numbers that are numbers.
import type { CsFields } from './cs-particles.ts';
import { VitrineError } from '../../base/errors.ts';

/** rows×width values of a field, finite or not; null where no table has it. Error 'cs-syntax': another type or width. */
export function valuesOfField(fields: CsFields, field: string, width = 1): Float64Array | null {
  if (!fields.has(field)) return null;
  const values = fields.numbers(field);
  if (values?.length === fields.table.rows * width) return values;
  throw new VitrineError('cs-syntax', 'A field is not of the kind it should be.', {
    file: fields.table.fileName,
    field,
    expected: width === 1 ? 'one number per particle' : `${width} numbers per particle`,
    found: values ? `${values.length / fields.table.rows} numbers per particle` : 'a type that is not read',
  });
}

/** Error 'value-out-of-range' naming the row of the first of `values` (`width` a row) that is not finite. */
export function refuseNotFinite({ table }: CsFields, field: string, values: Float64Array | null, width = 1): void {
  const bad = values?.findIndex((value) => !Number.isFinite(value)) ?? -1;
  if (bad >= 0)
    throw new VitrineError('value-out-of-range', 'A value of a particle is not a number.', {
      file: table.fileName,
      row: Math.floor(bad / width) + 1,
      field,
      expected: 'a finite number',
      found: String(values?.[bad]),
      advice: 'Leave the particle out in cryoSPARC, or export it again.',
    });
}

/** rows×width values of a field; null where no table has it. Errors: those of valuesOfField and refuseNotFinite. */
export function finiteValues(fields: CsFields, field: string, width = 1): Float64Array | null {
  const values = valuesOfField(fields, field, width);
  refuseNotFinite(fields, field, values, width);
  return values;
}
