// What is done to a map after it was decoded: density outside of a mask taken away, and density below 0. The field is not asked.
import { applyMask } from '../validation/mask.ts';

/** Neither where both are absent. */
export interface MapFinish {
  /** Factors 0 … 1 of the map's box. */
  mask?: Float32Array | undefined;
  /** For people: whose mask it is. */
  maskName?: string | undefined;
  /** Density below 0 becomes 0. */
  clip?: boolean | undefined;
}

/** A new map where there is something to do, D³. */
export function finished(values: Float32Array, { mask, clip }: MapFinish): Float32Array {
  const masked = mask ? applyMask(values, mask) : values;
  return clip ? masked.map((value) => Math.max(0, value)) : masked;
}

/** "inside the mask of the run, negative density 0", for a header; '' where nothing was done. */
export function finishWords({ mask, maskName, clip }: MapFinish): string {
  return wordsOf(mask ? (maskName ?? 'a mask') : null, clip === true);
}

/** The same by the mask's name. */
export function wordsOf(maskName: string | null, clip: boolean): string {
  return [maskName !== null ? `inside ${maskName}` : '', clip ? 'negative density 0' : ''].filter(Boolean).join(', ');
}
