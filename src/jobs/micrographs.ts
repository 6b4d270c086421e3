// Which micrograph each particle of a set was picked in: what a bootstrap that is honest about ice and thickness draws.
import { pickedPlaces } from '../formats/lists/picked-places.ts';
import type { ParticleSet } from '../formats/particles.ts';

/** N numbers; null where the set's table does not say, or says it of another number of particles. */
export function micrographsOf(
  set: Pick<ParticleSet, 'table' | 'tableRows'> | null | undefined,
  count: number,
): Int32Array | null {
  const picked = set?.tableRows ? pickedPlaces(set.table, set.tableRows, 1) : null;
  return picked?.micrograph.length === count ? picked.micrograph : null;
}
