// The maps that the analysis worker keeps, by handle, within a budget of bytes. Beyond it those go that the screen does not
// show, the longest unused first (frames of a trajectory, pictures of cluster centres), and are decoded again from what their
// handle says when they are asked for. A map that cannot be decoded again stays until it is released.
import { VitrineError } from '../src/base/errors.ts';
import type { DecodeRequest, MapReference, MapsKept } from './contract.ts';
import type { DecodedMap } from './peer.ts';

/** Holds the longest walk that Explore decodes (frames of 667 MB in all) and the two maps beside it at 128³. */
const MOST_BYTES = 800e6;

type Kept = Pick<DecodedMap, 'values' | 'boxPixels' | 'pixelSizeAngstrom'> & { renewable: boolean };
export type VolumeOfMap = Omit<Kept, 'renewable'>;

export class MapRegistry {
  /** In the order of use, the latest last. */
  private readonly kept = new Map<string, Kept>();
  /** Being decoded again. */
  private readonly renewing = new Map<string, Promise<Kept>>();
  private shown = new Set<string>();

  constructor(
    private readonly decode: (source: DecodeRequest, signal?: AbortSignal) => Promise<DecodedMap>,
    private readonly mostBytes = MOST_BYTES,
  ) {}

  /** Keeps a map under its handle's key; its values are the registry's from now on. */
  add({ key, source }: MapReference, { values, boxPixels, pixelSizeAngstrom }: DecodedMap): void {
    this.keep(key, { values, boxPixels, pixelSizeAngstrom, renewable: source !== null });
  }

  /** The map of a handle; do not change or give away. Errors: 'map-gone', and those of decoding where it was let go. */
  async get({ key, source }: MapReference): Promise<VolumeOfMap> {
    const known = this.kept.get(key);
    if (known) {
      this.use(key, known);
      return known;
    }
    const under = this.renewing.get(key);
    if (under) return under;
    const renewal = this.renew(source);
    this.renewing.set(key, renewal);
    try {
      const map = await renewal;
      // Released meanwhile: nobody will release it again.
      if (this.renewing.get(key) === renewal) this.keep(key, map);
      return map;
    } finally {
      if (this.renewing.get(key) === renewal) this.renewing.delete(key);
    }
  }

  /** As `get`, but a map that is not kept is not kept afterwards either. */
  async borrow({ key, source }: MapReference, signal?: AbortSignal): Promise<VolumeOfMap> {
    return this.kept.get(key) ?? this.renewing.get(key) ?? this.renew(source, signal);
  }

  private async renew(source: DecodeRequest | null, signal?: AbortSignal): Promise<Kept> {
    if (!source)
      throw new VitrineError('map-gone', 'This map is no longer kept, and its model has learned on since.', {
        advice: 'Decode it again: click its place in the landscape.',
      });
    const { values, boxPixels, pixelSizeAngstrom } = await this.decode(source, signal);
    return { values, boxPixels, pixelSizeAngstrom, renewable: true };
  }

  private keep(key: string, map: Kept): void {
    this.use(key, map);
    let bytes = this.size.bytes;
    for (const [old, { values, renewable }] of this.kept) {
      if (bytes <= this.mostBytes) break;
      if (old === key || !renewable || this.shown.has(old)) continue;
      this.kept.delete(old);
      bytes -= values.byteLength;
    }
  }

  private use(key: string, map: Kept): void {
    this.kept.delete(key);
    this.kept.set(key, map);
  }

  show(keys: readonly string[]): void {
    this.shown = new Set(keys);
  }

  release(keys: readonly string[]): void {
    for (const key of keys) {
      this.kept.delete(key);
      this.renewing.delete(key);
    }
  }

  get size(): MapsKept {
    let bytes = 0;
    for (const { values } of this.kept.values()) bytes += values.byteLength;
    return { count: this.kept.size, bytes };
  }
}
