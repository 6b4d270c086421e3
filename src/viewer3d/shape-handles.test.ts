// Handles of a shape dragged by a hand of plain events, on an element of 400 × 400 pixels.
import { Scene, Vector3 } from 'three';
import { afterAll, expect, it, vi } from 'vitest';
import { MapCamera } from './camera.ts';
import { ShapeHandles, type HandledShape, type ShapeChange } from './shape-handles.ts';

const SIDE = 400;

vi.stubGlobal('document', { pointerLockElement: null });
afterAll(() => vi.unstubAllGlobals());

function element(): HTMLElement {
  const made = Object.assign(new EventTarget(), {
    ...{ style: {}, ownerDocument: { pointerLockElement: null } },
    getBoundingClientRect: () => ({ left: 0, top: 0, width: SIDE, height: SIDE }),
    setPointerCapture() {},
    releasePointerCapture() {},
  });
  return made as unknown as HTMLElement;
}

/** Drags from a place in Å to another, looking down z. */
function dragged(shape: HandledShape, from: [number, number], to: [number, number]): ShapeChange[] {
  const [view, scene, host] = [new MapCamera(), new Scene(), element()];
  view.fit(100);
  view.setAspect(1);
  view.lookAlong('z');
  const changes: ShapeChange[] = [];
  const handles = new ShapeHandles(scene, view.camera, host, () => {});
  const show = (standing: HandledShape) =>
    handles.update(standing, '#ffffff', (change) => {
      changes.push(change);
      show({ ...standing, ...change });
    });
  show(shape);
  scene.updateMatrixWorld(true);
  const at = ([x, y]: [number, number]) => {
    const seen = new Vector3(x, y, 0).project(view.camera);
    return { clientX: ((seen.x + 1) / 2) * SIDE, clientY: ((1 - seen.y) / 2) * SIDE };
  };
  const send = (type: string, place: [number, number], button: number) =>
    host.dispatchEvent(Object.assign(new Event(type), { ...at(place), button, pointerType: 'mouse', pointerId: 1 }));
  send('pointermove', from, -1);
  send('pointerdown', from, 0);
  expect(handles.isHeld).toBe(true);
  const middle: [number, number] = [(from[0] + to[0]) / 2, (from[1] + to[1]) / 2];
  for (const place of [middle, to]) send('pointermove', place, -1);
  send('pointerup', to, 0);
  expect(handles.isHeld).toBe(false);
  handles.dispose();
  return changes;
}

const ball: HandledShape = { kind: 'sphere', centreAngstrom: [0, 0, 0], sidesAngstrom: [40, 40, 40], handles: 'move' };

it('moves a shape along an axis as far as the hand goes', () => {
  const last = dragged(ball, [15, 0], [45, 12]).at(-1)!;
  expect(last.centreAngstrom.map((x) => Math.round(x))).toEqual([30, 0, 0]);
  expect(last.sidesAngstrom).toEqual([40, 40, 40]);
});

it('makes a box longer along one axis, and a ball larger as a whole', () => {
  const box = dragged({ ...ball, kind: 'box', handles: 'size' }, [15, 0], [30, 0]).at(-1)!;
  expect(box.sidesAngstrom[0]).toBeCloseTo(80, 0);
  expect(box.sidesAngstrom.slice(1)).toEqual([40, 40]);
  const larger = dragged({ ...ball, handles: 'size' }, [15, 0], [30, 0]).at(-1)!;
  expect(larger.sidesAngstrom[0]).toBeCloseTo(80, 0);
  expect(new Set(larger.sidesAngstrom).size).toBe(1);
  expect(larger.centreAngstrom).toEqual([0, 0, 0]);
});
