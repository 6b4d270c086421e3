// What browser stories may ask of Explore and Export, and gestures in data coordinates where a mouse would be awkward.
import type { MapsKept } from '../../../workers/contract.ts';
import { backend } from './backend.ts';
import { heldMaps } from './map-handles.ts';
import type { Combination } from '../../selection/sets.ts';
import { useComponents } from './components.ts';
import { useExplore } from './store.ts';
import { useExports } from './exports.ts';
import { useGallery } from './gallery.ts';
import { boxInData, currentCloud, lassoInData, probeAt, setPath, useLandscape } from './landscape.ts';
import { showMapAlong } from './maps.ts';
import { useMaps, type ShownMap } from './maps-state.ts';
import { useMaskDrawing } from './mask-drawing.ts';
import { shownStates, useStates } from './states.ts';
import { useTrajectory } from './trajectory.ts';
import { setSelection, useSelections } from './selections.ts';

function mapState(shown: ShownMap | null) {
  if (!shown) return null;
  const { map, level, mesh, label, preview, row } = shown;
  return { boxPixels: map.boxPixels, level, triangles: mesh.indices.length / 3, label, preview, row, z: map.z };
}

/** Everything that Explore and Export show, as plain numbers. */
export function exploreTestState() {
  const { phase, run, latents, components, pca, umap, clusters, error } = useExplore.getState();
  const { spread, posterior } = useComponents.getState();
  const { current, named, past, future } = useSelections.getState();
  const { axes, color, display, marker, path } = useLandscape.getState();
  const maps = useMaps.getState();
  const gallery = useGallery.getState();
  const trajectory = useTrajectory.getState();
  const exported = useExports.getState();
  const ofMaps = useStates.getState();
  return {
    phase,
    runId: run?.id ?? null,
    epoch: latents?.epoch ?? null,
    particles: latents?.count ?? 0,
    zDim: latents?.zDim ?? 0,
    pcaReady: pca.status === 'done',
    umapReady: umap.status === 'done',
    clusters: clusters.result?.counts.length ?? 0,
    landscape: { axes, color, display, marker, path },
    selected: current.length,
    undoSteps: past.length,
    redoSteps: future.length,
    named: named.map(({ name, color: shade, indices }) => ({ name, color: shade, count: indices.length })),
    a: mapState(maps.a),
    b: mapState(maps.b),
    arrangement: maps.arrangement,
    along: maps.along,
    /** Components, their sentence, and whether the surface is coloured by how much it varies. */
    components: components && { words: components.words, percents: components.percents },
    shaded: maps.look.coloring === 'variance' && spread !== null,
    /** Whether the marked particle's confidence is known. */
    confidence: (posterior?.triangle ?? null) !== null,
    decoding: maps.decoding,
    fsc: maps.fsc ? [...maps.fsc] : null,
    gallery: { status: gallery.status, maps: gallery.items.filter(({ map }) => map).length },
    trajectory: {
      status: trajectory.status,
      frames: trajectory.frames.length,
      decoded: trajectory.frames.filter(Boolean).length,
      /** Of maps that were made from images. */
      images: trajectory.frames.map((shown) => shown?.map.made?.images ?? null),
      frame: trajectory.frame,
      playing: trajectory.playing,
    },
    /** The landscape of maps, and what is computed of it. */
    states: {
      work: ofMaps.work,
      planned: ofMaps.plan !== null,
      maps: ofMaps.landscape?.sketch.rows.length ?? 0,
      count: shownStates(ofMaps)?.count ?? 0,
      particles: [...(shownStates(ofMaps)?.particles ?? [])],
      moved: ofMaps.moved !== null,
      inVolumes: ofMaps.landscape?.particles?.components ?? 0,
      energy: ofMaps.landscape?.freeEnergy?.energy.length ?? 0,
      path: ofMaps.landscape?.path?.frames ?? 0,
    },
    drawnMask: useMaskDrawing.getState().surface?.extent ?? null,
    exporting: exported.busy,
    written: exported.written,
    imported: exported.imported && { name: exported.imported.name, count: exported.imported.count },
    errors: [error, maps.error, gallery.error, trajectory.error, exported.error, ofMaps.error].flatMap(
      (one) => one?.code ?? [],
    ),
  };
}
/** See exploreTestState. */
export type ExploreTestState = ReturnType<typeof exploreTestState>;

/** Maps that the analysis worker keeps, and how many of them the screen holds. */
export async function mapsKeptState(): Promise<MapsKept & { held: number }> {
  return { ...(await backend().analysis.mapsKept()), held: heldMaps().length };
}

/** Gestures on Explore in data coordinates. */
export const exploreTestVerbs = {
  /** Lasso by a closed polygon of data coordinates on the axes shown. */
  lasso: (polygon: [number, number][], how?: Combination) => lassoInData(polygon.flat(), how),
  box: (x0: number, y0: number, x1: number, y1: number, how?: Combination) => boxInData(x0, y0, x1, y1, how),
  /** A click in the landscape at data coordinates. */
  clickAt: (x: number, y: number) => probeAt(x, y),
  /** Where a particle lies on the axes shown. */
  placeOf(row: number): [number, number] | null {
    const cloud = currentCloud();
    if (!cloud) return null;
    return [cloud.x[row * cloud.stride + cloud.xOffset], cloud.y[row * cloud.stride + cloud.yOffset]];
  },
  /** Moves the sliders of the components. */
  slide: (z: number[]) => showMapAlong(z),
  selectRows: (rows: number[]) => setSelection(Uint32Array.from(rows).sort()),
  selectedRows: () => [...useSelections.getState().current],
  path: (rows: number[]) => setPath(rows),
};
