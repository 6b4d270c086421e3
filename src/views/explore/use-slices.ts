// The planes of a map that its look asks for: only their pixels come from the analysis worker, and of positions that overtake
// each other only the newest is asked for.
import { useEffect, useMemo, useState } from 'react';
import type { MapHandle, MapPlane } from '../../../workers/contract.ts';
import { latestWins } from '../../../workers/client.ts';
import { planesOf, type MapLook, type ShownMap } from '../../stores/explore/index.ts';
import type { SlicePicture } from '../../viewer3d/slices.ts';

/** Null while there is nothing to show; the planes before stay until the new ones are there. */
export function useSlices(shown: ShownMap | null, { sliceX, sliceY, sliceZ }: MapLook): SlicePicture | null {
  const [picture, setPicture] = useState<SlicePicture | null>(null);
  const fetchLatest = useMemo(() => latestWins(planesOf), []);
  const map = shown?.map ?? null;
  const none = map === null || (sliceX === null && sliceY === null && sliceZ === null);
  useEffect(() => {
    if (none) return;
    let gone = false;
    const at = (share: number) => Math.min(map.boxPixels - 1, Math.round(share * map.boxPixels));
    const wanted = Object.entries({ x: sliceX, y: sliceY, z: sliceZ }).flatMap(([axis, share]) =>
      share === null ? [] : [{ axis: axis as MapPlane['axis'], index: at(share) }],
    );
    void fetchLatest(map, wanted).then((planes) => {
      if (planes && !gone) setPicture(pictureOf(map, planes));
    });
    return () => {
      gone = true;
    };
  }, [none, map, sliceX, sliceY, sliceZ, fetchLatest]);
  return none ? null : picture;
}

function pictureOf({ boxPixels, pixelSizeAngstrom, statistics }: MapHandle, planes: MapPlane[]): SlicePicture {
  const { mean, standardDeviation: sd, max } = statistics;
  return { boxPixels, pixelSizeAngstrom, planes, black: mean - 1.5 * sd, white: Math.min(max, mean + 6 * sd) };
}
