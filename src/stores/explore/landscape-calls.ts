// What the analysis worker answers of a landscape of maps.
import type { LandscapeApi } from '../../../workers/contract.ts';
import type { Facade } from '../../../workers/facade.ts';
import { backend } from './backend.ts';

/** The calls of a landscape. */
export function landscapeCalls(): Facade<LandscapeApi> {
  return backend().analysis as unknown as Facade<LandscapeApi>;
}
