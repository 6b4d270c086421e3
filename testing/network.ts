// Tests that look inside a network take it out of the union of fields by this.

/** The field as a coordinate network, which it has to be. */
export function networkOf<Field extends { kind: string }>(field: Field): Extract<Field, { kind: 'network' }> {
  if (field.kind === 'network') return field as Extract<Field, { kind: 'network' }>;
  throw new Error(`a field of kind ${field.kind} where a network is looked into`);
}
