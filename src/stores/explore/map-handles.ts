// Which maps of the analysis worker the screen holds, and who does: one that no holder names any more is released there.
import type { MapHandle, MapReference } from '../../../workers/contract.ts';
import { backend } from './backend.ts';

/** The two maps on the screen, the frames of a walk, the pictures of cluster centres, the solvent mask, a mask that is drawn. */
export type MapHolder = 'shown' | 'frames' | 'gallery' | 'mask' | 'drawing';

const held = new Map<MapHolder, readonly string[]>();
let keyCount = 0;

/** A key for a map that is about to be decoded. */
export function newMapKey(): string {
  return `map-${++keyCount}`;
}

/** A handle without its statistics, as calls carry it. */
export function referenceTo({ key, source }: MapReference): MapReference {
  return { key, source };
}

/** What a holder holds from now on, instead of what it held. */
export function holdMaps(holder: MapHolder, maps: readonly Pick<MapHandle, 'key'>[]): void {
  const before = held.get(holder) ?? [];
  const keys = maps.map(({ key }) => key);
  held.set(holder, keys);
  if (holder === 'shown' && keys.join() !== before.join()) tell((analysis) => analysis.showMaps(keys));
  dropMaps(before);
}

/** Releases those of these maps that nobody holds: what came too late to be shown, or was given up on the way. */
export function dropMaps(keys: readonly string[]): void {
  const standing = new Set([...held.values()].flat());
  const released = keys.filter((key) => !standing.has(key));
  if (released.length > 0) tell((analysis) => analysis.releaseMaps(released));
}

function tell(send: (analysis: ReturnType<typeof backend>['analysis']) => Promise<void>): void {
  // A worker that has ended keeps nothing.
  send(backend().analysis).catch(() => {});
}

/** Keys of all maps that are held. */
export function heldMaps(): string[] {
  return [...new Set([...held.values()].flat())];
}
