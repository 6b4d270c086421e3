// The mask that is seen around map A: the one that is drawn, else the run's solvent mask, and the handles of the shape in hand.
import { useMemo } from 'react';
import type { HandledShape } from '../../viewer3d/shape-handles.ts';
import type { MapTools } from '../../viewer3d/map-tools.ts';
import { changePart, growAt, useExplore, useMask, useMaskDrawing } from '../../stores/explore/index.ts';

/** Seen on light and on dark ground, and unlike either map. */
const MASK_COLOR = '#5aa98f';
const CUT_COLOR = '#d0617a';

/** Null where none is to be seen. */
export function useMaskSurface() {
  const run = useExplore((state) => state.run);
  const ofRun = useMask((state) => state.run?.id);
  const solventShown = useMask((state) => state.shown);
  const solvent = useMask((state) => state.surface);
  const drawn = useMaskDrawing((state) => (state.shown && state.parts.length > 0 ? state.surface : null));
  const mesh = drawn?.mesh ?? (solventShown && run?.id === ofRun ? (solvent?.mesh ?? null) : null);
  return useMemo(() => mesh && { mesh, color: MASK_COLOR }, [mesh]);
}

/** What a hand does on map A while a mask is drawn. */
export function useMaskTools(): MapTools {
  const run = useExplore((state) => state.run);
  const growing = useMaskDrawing((state) => state.growing);
  const index = useMaskDrawing((state) => (state.shown ? state.chosen : null));
  const part = useMaskDrawing((state) => (index === null ? null : state.parts[index]));
  const handles = useMaskDrawing((state) => state.handles);
  const onPick = useMemo<MapTools['onPick']>(
    () => (run && growing ? (place) => growAt(run, place) : undefined),
    [run, growing],
  );
  const handled = useMemo<MapTools['handled']>(() => {
    if (index === null || (part?.kind !== 'sphere' && part?.kind !== 'box')) return null;
    const { centreAngstrom } = part;
    const diameter = part.kind === 'sphere' ? 2 * part.radiusAngstrom : 0;
    const sidesAngstrom = part.kind === 'sphere' ? ([diameter, diameter, diameter] as const) : part.sidesAngstrom;
    const shape: HandledShape = { kind: part.kind, centreAngstrom, sidesAngstrom, handles };
    return {
      shape,
      color: part.how === 'add' ? MASK_COLOR : CUT_COLOR,
      onChange: ({ centreAngstrom: centre, sidesAngstrom: sides }) =>
        changePart(
          index,
          part.kind === 'sphere'
            ? { centreAngstrom: centre, radiusAngstrom: sides[0] / 2 }
            : { centreAngstrom: centre, sidesAngstrom: sides },
        ),
    };
  }, [index, part, handles]);
  return { onPick, handled };
}
