// The atoms that are seen in map A of a run of an atomic model: those at the z of the map, once they are read.
import { useEffect, useMemo } from 'react';
import { loadStructure, useExplore, useMaps, useStructures } from '../../stores/explore/index.ts';
import { structurePicture, type ColoringRange } from './structure-picture.ts';
import type { StructurePicture } from '../../viewer3d/structure-object.ts';

/** Null where there are none to be seen. */
export function useShownStructure(): { picture: StructurePicture; range: ColoringRange | null } | null {
  const run = useExplore((state) => state.run);
  const epoch = useExplore((state) => state.latents?.epoch ?? null);
  const z = useMaps((state) => state.a?.map.z);
  const runId = useStructures((state) => state.runId);
  const shown = useStructures((state) => state.shown);
  const isVisible = useStructures((state) => state.isVisible);
  const coloring = useStructures((state) => state.coloring);
  const spread = useStructures((state) => state.spread);
  useEffect(() => {
    if (run && z) void loadStructure(run, epoch, z);
  }, [run, epoch, z]);
  return useMemo(() => {
    const isThere = run?.kind === 'atoms' && run.id === runId && shown && isVisible;
    return isThere ? structurePicture(shown, coloring, spread) : null;
  }, [run, runId, shown, isVisible, coloring, spread]);
}
