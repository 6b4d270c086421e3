// The kinds of field there are, and what is asked of a description whatever its kind.
import { VitrineError } from '../base/errors.ts';
import type { Params } from '../params/params.ts';
import { ATOMS } from './atoms/kind.ts';
import { CHAIN } from './chain/kind.ts';
import type { FieldDescription, FieldKindName } from './description.ts';
import type { FieldAbilities, FieldKind, SeenParticles } from './kind.ts';
import { LINEAR } from './linear/kind.ts';
import { NETWORK } from './network/kind.ts';

const KINDS: { [Name in FieldKindName]: FieldKind<Extract<FieldDescription, { kind: Name }>> } = {
  network: NETWORK,
  linear: LINEAR,
  chain: CHAIN,
  atoms: ATOMS,
};

const FIELD_KINDS = Object.keys(KINDS) as FieldKindName[];

/** Error: 'field-kind-unknown', of a newer version or of a file that was not written here. */
export function kindNamed(name: string): FieldKind<FieldDescription> {
  const found = FIELD_KINDS.find((kind) => kind === name);
  // A description is only ever asked about by the kind that its own tag names.
  if (found) return KINDS[found] as unknown as FieldKind<FieldDescription>;
  throw new VitrineError('field-kind-unknown', 'The run is of a kind of field that is not known here.', {
    expected: FIELD_KINDS.join(', '),
    found: name,
    advice: 'Open it with the version of Vitrine that wrote it, or a newer one.',
  });
}

/** Error: 'field-kind-unknown'. */
export function kindOf(field: FieldDescription): FieldKind<FieldDescription> {
  return kindNamed(field.kind);
}

/** Values of a latent; 0 for one structure. */
export function latentDimension(field: FieldDescription): number {
  return kindOf(field).latentDimension(field);
}

/** Whether its maps differ by a latent. */
export function isHeterogeneous(field: FieldDescription): boolean {
  return latentDimension(field) > 0;
}

/** Side of the training box in pixels. */
export function boxPixelsOf(field: FieldDescription): number {
  return kindOf(field).boxPixels(field);
}

export function abilitiesOf(field: FieldDescription): FieldAbilities {
  const kind = kindOf(field);
  return { ...kind.abilities(field), turnsHand: kind.mirror !== undefined };
}

/** The kind of field that a method learns. */
export function kindOfMethod({ method }: Pick<Params, 'method'>): FieldKindName {
  return method === 'linear' || method === 'atoms' ? method : 'network';
}

/** The field that parameters ask for: of their method's kind, of images seen once, unless said. */
export function fieldFromParams(
  params: Params,
  boxPixels: number,
  { kind = kindOfMethod(params), tilts = 1 }: { kind?: FieldKindName; tilts?: SeenParticles['tilts'] } = {},
): FieldDescription {
  return kindNamed(kind).fromParams(params, { boxPixels, tilts });
}
