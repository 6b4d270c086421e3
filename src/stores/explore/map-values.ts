// Values of a map for screens that draw them: planes and a projection, from the analysis worker.
import type { MapHandle, MapPlane } from '../../../workers/contract.ts';
import { backend, errorData } from './backend.ts';
import { referenceTo } from './map-handles.ts';
import { useMaps } from './maps-state.ts';

const { setState: set } = useMaps;

/** Planes of a map; null where they cannot be had, which the screen says. */
export async function planesOf(map: MapHandle, planes: Omit<MapPlane, 'values'>[]): Promise<MapPlane[] | null> {
  try {
    return await backend().analysis.planes(referenceTo(map), planes);
  } catch (error) {
    set({ error: errorData(error) });
    return null;
  }
}

/** Sum of a map along z, D×D, for screens without 3-D graphics; null where it cannot be had. */
export async function projectionOf(map: MapHandle): Promise<Float32Array | null> {
  try {
    return await backend().analysis.projection(referenceTo(map));
  } catch (error) {
    set({ error: errorData(error) });
    return null;
  }
}
