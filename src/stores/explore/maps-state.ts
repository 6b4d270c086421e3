// What the screen has of maps: A (what was last asked for) and B (pinned for comparison), their level and look.
import { create } from 'zustand';
import type { FinishRequest, IsosurfaceMesh, MapHandle, Progress } from '../../../workers/contract.ts';
import type { ErrorData } from '../../base/errors.ts';

/** A map as the screen has it: its handle, a surface at a level, and what it is called. */
export interface ShownMap {
  /** The map itself stays in the analysis worker. */
  map: MapHandle;
  /** Level the mesh was contoured at, map units. */
  level: number;
  mesh: IsosurfaceMesh;
  label: string;
  /** Row of the particle it belongs to, where there is one. */
  row: number | null;
  /** A small map shown until the whole one is there. */
  preview: boolean;
}

/** How both maps are drawn. Colours are CSS, opacity 0 … 1. */
export interface MapLook {
  colorA: string;
  colorB: string;
  /** 'variance' where the run's field adds components. */
  coloring: 'solid' | 'radius' | 'height' | 'variance';
  lighting: 'soft' | 'studio' | 'flat';
  opacity: number;
  outlined: boolean;
  surface: boolean;
  /** Slices as fractions of the box, null where hidden. */
  sliceX: number | null;
  sliceY: number | null;
  sliceZ: number | null;
}

/** The maps on the screen. */
export interface MapsState {
  a: ShownMap | null;
  b: ShownMap | null;
  /** Level chosen by hand: in map units for whole maps, in σ above the mean for previews. Null: suggested. */
  level: { absolute: number; sigmas: number } | null;
  arrangement: 'single' | 'side' | 'overlay';
  decoding: boolean;
  /** z along components that sliders ask for, while A follows them. */
  along: number[] | null;
  /** How far the map being decoded is, once it takes long. */
  progress: Progress | null;
  fsc: Float32Array | null;
  look: MapLook;
  /** What is done to maps once they are decoded. */
  finish: FinishRequest;
  error: ErrorData | null;
}

const FIRST_LOOK: MapLook = {
  colorA: '#7d9bd6',
  colorB: '#e0a458',
  coloring: 'solid',
  lighting: 'soft',
  opacity: 1,
  outlined: false,
  surface: true,
  sliceX: null,
  sliceY: null,
  sliceZ: null,
};

/** The maps on the screen, their level and look; nothing is decoded until `openMaps`. */
export const useMaps = create<MapsState>(() => ({
  a: null,
  b: null,
  level: null,
  arrangement: 'single',
  decoding: false,
  along: null,
  progress: null,
  fsc: null,
  look: FIRST_LOOK,
  finish: {},
  error: null,
}));
