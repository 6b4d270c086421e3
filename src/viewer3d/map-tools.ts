// What a hand does on a map beside turning it: places picked on its surface, and a shape's handles.
import { useEffect, type RefObject } from 'react';
import { hexOf } from './css-color.ts';
import type { MapScene } from './scene.ts';
import type { HandledShape, ShapeChange } from './shape-handles.ts';

export interface MapTools {
  /** A click on the surface, in Å from the middle of the box; null where the click met none. Absent: clicks do nothing. */
  onPick?: (place: [number, number, number] | null) => void;
  /** A shape with handles, its colour (CSS), and what the hand made of it. */
  handled?: { shape: HandledShape; color: string; onChange: (change: ShapeChange) => void } | null;
}

/** A pointer that moved further was a drag. */
const CLICK_PIXELS = 4;

export function useMapTools(
  scene: MapScene | null,
  canvas: RefObject<HTMLCanvasElement | null>,
  { onPick, handled = null }: MapTools,
): void {
  useEffect(() => {
    scene?.setHandles(handled?.shape ?? null, hexOf(handled?.color ?? '#888888'), (change) =>
      handled?.onChange(change),
    );
  }, [scene, handled]);

  useEffect(() => {
    const element = canvas.current;
    if (!scene || !element || !onPick) return;
    const stop = new AbortController();
    const { signal } = stop;
    let down: { x: number; y: number } | null = null;
    const pick = (x: number, y: number) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      onPick(scene.placeAt((2 * (x - left)) / width - 1, 1 - (2 * (y - top)) / height));
    };
    element.addEventListener('pointerdown', ({ clientX: x, clientY: y }) => (down = { x, y }), { signal });
    element.addEventListener(
      'pointerup',
      ({ clientX: x, clientY: y }) => {
        if (down && Math.hypot(x - down.x, y - down.y) < CLICK_PIXELS) pick(x, y);
        down = null;
      },
      { signal },
    );
    // Without a pointer: what lies in the middle of the view.
    element.addEventListener(
      'keydown',
      ({ key }) => {
        const { left, top, width, height } = element.getBoundingClientRect();
        if (key === 'Enter') pick(left + width / 2, top + height / 2);
      },
      { signal },
    );
    return () => stop.abort();
  }, [scene, canvas, onPick]);
}
