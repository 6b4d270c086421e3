// A mask that is drawn over maps, as its shapes: what the screen asks the analysis worker to make of them.
import type { BoxShape, MaskGrid, RegionShape, SphereShape } from '../../src/validation/drawn-mask.ts';
import type { KeptMaskKind } from '../../src/jobs/kept-masks.ts';
import type { MapReference } from './maps.ts';

export type { DrawnMaskOrigin, DrawnShape, KeptMaskKind, KeptMasks } from '../../src/jobs/kept-masks.ts';

export type { BoxShape, PlaceAngstrom, RegionShape, SphereShape } from '../../src/validation/drawn-mask.ts';

/** A map of factors, MRC, of the same field of view. */
export interface MaskFile {
  kind: 'file';
  name: string;
  file: Blob;
}

/** Added to what was drawn before, or cut away from it; a first one that is cut away is cut from the whole box. */
export type MaskPart = { how: 'add' | 'subtract' } & (
  SphereShape | BoxShape | (RegionShape & { map: MapReference }) | MaskFile
);

/** A mask that is kept for a run. */
export interface MaskOfRun {
  runId: string;
  kind: KeptMaskKind;
}

export interface MaskDrawing extends MaskGrid {
  /** Under which the mask is kept as a map. */
  key: string;
  parts: MaskPart[];
}
