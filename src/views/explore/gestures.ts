// What a hand does on the landscape, without React: lasso, box, pan, probe, wheel. Positions are pixels of the element.
import { type LandscapeTool } from '../../stores/explore/index.ts';

export interface GestureHandlers {
  tool(): LandscapeTool;
  /** The outline being drawn, pixels x y interleaved; null when it is done or given up. */
  onOutline(outline: number[] | null): void;
  onSelect(outline: number[], keys: { shift: boolean; alt: boolean }): void;
  onClick(px: number, py: number, keys: { shift: boolean }): void;
  /** While probing. */
  onProbe(px: number, py: number): void;
  onPan(dx: number, dy: number): void;
  onZoom(px: number, py: number, factor: number): void;
  onReset(): void;
}

const CLICK_PIXELS = 4;

export function attachGestures(element: HTMLElement, handlers: GestureHandlers): () => void {
  const stop = new AbortController();
  const { signal } = stop;
  let drag: { id: number; tool: LandscapeTool; x: number; y: number; moved: boolean; outline: number[] } | null = null;

  const at = (event: MouseEvent): [number, number] => {
    const box = element.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const give = () => {
    drag = null;
    handlers.onOutline(null);
  };

  element.addEventListener(
    'pointerdown',
    (event) => {
      if (event.button === 2 || drag) return;
      const [x, y] = at(event);
      const tool = event.button === 1 ? 'pan' : handlers.tool();
      drag = { id: event.pointerId, tool, x, y, moved: false, outline: [x, y] };
      element.setPointerCapture(event.pointerId);
      element.focus({ preventScroll: true });
      if (tool === 'probe' && !event.shiftKey) handlers.onProbe(x, y);
    },
    { signal },
  );
  element.addEventListener(
    'pointermove',
    (event) => {
      if (!drag || event.pointerId !== drag.id) return;
      const [x, y] = at(event);
      const { outline, tool } = drag;
      if (!drag.moved && Math.hypot(x - outline[0], y - outline[1]) < CLICK_PIXELS) return;
      drag.moved = true;
      if (tool === 'pan') handlers.onPan(x - drag.x, y - drag.y);
      else if (tool === 'probe') handlers.onProbe(x, y);
      else if (tool === 'box') {
        const [x0, y0] = outline;
        drag.outline = [x0, y0, x, y0, x, y, x0, y];
        handlers.onOutline(drag.outline);
      } else {
        outline.push(x, y);
        handlers.onOutline(outline);
      }
      [drag.x, drag.y] = [x, y];
    },
    { signal },
  );
  element.addEventListener(
    'pointerup',
    (event) => {
      if (!drag || event.pointerId !== drag.id) return;
      const { moved, tool, outline } = drag;
      give();
      const [x, y] = at(event);
      if (!moved) {
        if (tool !== 'probe' || event.shiftKey) handlers.onClick(x, y, { shift: event.shiftKey });
      } else if (tool === 'lasso' || tool === 'box') {
        handlers.onSelect(outline, { shift: event.shiftKey, alt: event.altKey });
      }
    },
    { signal },
  );
  element.addEventListener('pointercancel', give, { signal });
  element.addEventListener('dblclick', () => handlers.onReset(), { signal });
  element.addEventListener(
    'wheel',
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? event.deltaY * 16 : event.deltaY;
      handlers.onZoom(...at(event), Math.exp(-lines * 0.0015));
    },
    { signal, passive: false },
  );
  element.addEventListener(
    'keydown',
    (event) => {
      if (event.key === 'Escape' && drag) give();
    },
    { signal },
  );
  return () => stop.abort();
}
