// What a run says of its field: a union tagged by kind. What can be asked of it is in kinds.ts; nobody else looks inside but the
// kind's own folder.
import type { AtomsDescription } from './atoms/description.ts';
import type { ChainDescription } from './chain/description.ts';
import type { LinearDescription } from './linear/description.ts';
import type { NetworkDescription } from './network/description.ts';

export type FieldDescription = NetworkDescription | LinearDescription | ChainDescription | AtomsDescription;
export type FieldKindName = FieldDescription['kind'];
