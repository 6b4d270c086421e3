// A maker's word on the kinds of field that it does not compute.
import { VitrineError } from '../base/errors.ts';
import type { EngineField, EngineKind } from './engine.ts';

/** The field, where it is of the kind that is computed. Error: 'field-kind-unknown'. */
export function fieldOfKind<Kind extends EngineField['kind']>(
  field: EngineField,
  kind: Kind,
  engine: EngineKind,
): Extract<EngineField, { kind: Kind }> {
  const found: string = field.kind;
  if (found === kind) return field as Extract<EngineField, { kind: Kind }>;
  throw new VitrineError('field-kind-unknown', `The engine ${engine} does not compute fields of this kind.`, {
    expected: kind,
    found,
    advice: 'Choose another device, or a newer version of Vitrine.',
  });
}
