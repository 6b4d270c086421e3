// Hands on a map: drag turns, shift/right/middle drag moves, wheel or pinch zooms; arrows, + − and 0 do the same from
// the keyboard. It only moves a MapCamera; who draws listens to that.
import type { MapCamera } from './camera.ts';

const KEY_STEP_PIXELS = 24;

/** While `isHeld`, what is dragged is something else than the view. */
export function attachControls(
  element: HTMLElement,
  camera: MapCamera,
  isHeld: () => boolean = () => false,
): () => void {
  const pointers = new Map<number, { x: number; y: number }>();
  const stop = new AbortController();
  const { signal } = stop;
  const height = () => element.clientHeight;

  const spread = () => {
    const [a, b] = [...pointers.values()];
    return Math.hypot(a.x - b.x, a.y - b.y);
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      element.setPointerCapture(event.pointerId);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      const last = pointers.get(event.pointerId);
      if (!last) return;
      if (isHeld()) return void pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      const [dx, dy] = [event.clientX - last.x, event.clientY - last.y];
      if (pointers.size === 2) {
        const before = spread();
        pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
        if (before > 0) camera.zoomBy(spread() / before);
        camera.panBy(dx / 2, dy / 2, height());
        return;
      }
      pointers.set(event.pointerId, { x: event.clientX, y: event.clientY });
      if (event.shiftKey || (event.buttons & 6) !== 0) camera.panBy(dx, dy, height());
      else camera.rotateBy(dx, dy, height());
    },
    { signal },
  );
  const release = (event: PointerEvent) => pointers.delete(event.pointerId);
  element.addEventListener('pointerup', release, { signal });
  element.addEventListener('pointercancel', release, { signal });
  element.addEventListener('contextmenu', (event) => event.preventDefault(), { signal });
  element.addEventListener('dblclick', () => camera.reset(), { signal });
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      camera.zoomBy(Math.exp(-lines * 0.0015));
    },
    { signal, passive: false },
  );
  element.addEventListener(
    'keydown',
    (event) => {
      const arrows: Record<string, [number, number]> = {
        ArrowLeft: [-KEY_STEP_PIXELS, 0],
        ArrowRight: [KEY_STEP_PIXELS, 0],
        ArrowUp: [0, -KEY_STEP_PIXELS],
        ArrowDown: [0, KEY_STEP_PIXELS],
      };
      const arrow = arrows[event.key];
      if (arrow) {
        if (event.shiftKey) camera.panBy(arrow[0], arrow[1], height());
        else camera.rotateBy(arrow[0], arrow[1], height());
      } else if (event.key === '+' || event.key === '=') camera.zoomBy(1.15);
      else if (event.key === '-') camera.zoomBy(1 / 1.15);
      else if (event.key === '0' || event.key === 'Home') camera.reset();
      else return;
      event.preventDefault();
    },
    { signal },
  );
  return () => stop.abort();
}
