// Lights of a map. They hang on the camera, so that the map is lit the same from every side.
import { AmbientLight, DirectionalLight, Group } from 'three';

export const LIGHTINGS = ['soft', 'studio', 'flat'] as const;
export type Lighting = (typeof LIGHTINGS)[number];

interface Lamp {
  intensity: number;
  /** Seen from the camera: right, up, towards the viewer. */
  from: [number, number, number];
}

const PRESETS: Record<Lighting, { ambient: number; lamps: Lamp[] }> = {
  soft: {
    ambient: 0.9,
    lamps: [
      { intensity: 1.7, from: [0.4, 0.7, 1] },
      { intensity: 0.5, from: [-1, -0.2, 0.6] },
    ],
  },
  studio: {
    ambient: 0.3,
    lamps: [
      { intensity: 2.6, from: [0.8, 1, 0.7] },
      { intensity: 0.6, from: [-1, 0.1, 0.5] },
      { intensity: 1.0, from: [-0.2, 0.4, -1] },
    ],
  },
  flat: { ambient: 2.0, lamps: [{ intensity: 0.9, from: [0, 0, 1] }] },
};

export function createLights(lighting: Lighting): Group {
  const group = new Group();
  const { ambient, lamps } = PRESETS[lighting];
  group.add(new AmbientLight(0xffffff, ambient));
  for (const { intensity, from } of lamps) {
    const lamp = new DirectionalLight(0xffffff, intensity);
    lamp.position.set(...from);
    group.add(lamp, lamp.target);
  }
  return group;
}
