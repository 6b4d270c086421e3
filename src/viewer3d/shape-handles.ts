// The outline of one shape over a map, with handles to move it or to change its size (three.js's TransformControls). Lengths are Å.
import {
  BoxGeometry,
  BufferGeometry,
  EdgesGeometry,
  EllipseCurve,
  LineBasicMaterial,
  LineSegments,
  Vector3,
  type Camera,
  type Scene,
} from 'three';
import { TransformControls } from 'three/addons/controls/TransformControls.js';

type Triple = readonly [number, number, number];

/** A ball has three equal sides, its diameter. */
export interface HandledShape {
  kind: 'sphere' | 'box';
  centreAngstrom: Triple;
  sidesAngstrom: Triple;
  /** What the handles do. */
  handles: 'move' | 'size';
}

export type ShapeChange = Pick<HandledShape, 'centreAngstrom' | 'sidesAngstrom'>;

const LEAST_SIDE = 1;
/** Of the view's height, as TransformControls counts. */
const HANDLE_SIZE = 0.7;

export class ShapeHandles {
  readonly #outline = new LineSegments(new BufferGeometry(), new LineBasicMaterial());
  readonly #controls: TransformControls;
  #shape: HandledShape | null = null;
  /** A ball's diameter when a handle was taken. */
  #diameter = 0;
  #onChange: (change: ShapeChange) => void = () => {};

  constructor(scene: Scene, camera: Camera, element: HTMLElement, onDraw: () => void) {
    this.#controls = new TransformControls(camera, element);
    this.#controls.size = HANDLE_SIZE;
    this.#controls.addEventListener('change', onDraw);
    this.#controls.addEventListener('mouseDown', () => (this.#diameter = this.#outline.scale.x));
    this.#controls.addEventListener('objectChange', () => this.#tell());
    // Lines and handles are seen through the map: they are of its inside as often as not.
    this.#outline.material.depthTest = false;
    this.#outline.renderOrder = 2;
    this.#outline.visible = false;
    scene.add(this.#outline, this.#controls.getHelper());
  }

  /** While a handle is in the hand the view does not turn. */
  get isHeld(): boolean {
    return this.#controls.dragging;
  }

  update(shape: HandledShape | null, color: string, onChange: (change: ShapeChange) => void): void {
    this.#onChange = onChange;
    this.#outline.visible = shape !== null;
    if (!shape) {
      this.#shape = null;
      this.#controls.detach();
      return;
    }
    if (shape.kind !== this.#shape?.kind) {
      this.#outline.geometry.dispose();
      this.#outline.geometry = shape.kind === 'box' ? boxOutline() : ballOutline();
    }
    this.#shape = shape;
    this.#outline.material.color.set(color);
    // What is in the hand stands where the hand has it.
    if (!this.isHeld) {
      this.#outline.position.set(...shape.centreAngstrom);
      this.#outline.scale.set(...shape.sidesAngstrom);
    }
    if (this.#controls.object !== this.#outline) this.#controls.attach(this.#outline);
    this.#controls.setMode(shape.handles === 'move' ? 'translate' : 'scale');
  }

  #tell(): void {
    const shape = this.#shape;
    if (!shape) return;
    const { position, scale } = this.#outline;
    const sides = scale.toArray().map((side) => Math.max(LEAST_SIDE, Math.abs(side))) as [number, number, number];
    // A ball stays one: it has the size that the hand has changed.
    if (shape.kind === 'sphere') sides.fill(furthestFrom(this.#diameter, sides));
    scale.set(...sides);
    this.#onChange({ centreAngstrom: position.toArray(), sidesAngstrom: sides });
  }

  dispose(): void {
    this.#controls.dispose();
    this.#outline.geometry.dispose();
    this.#outline.material.dispose();
  }
}

function furthestFrom(before: number, sides: readonly number[]): number {
  return sides.reduce((far, side) => (Math.abs(side - before) > Math.abs(far - before) ? side : far));
}

/** A cube of side 1. */
function boxOutline(): BufferGeometry {
  const box = new BoxGeometry(1, 1, 1);
  const edges = new EdgesGeometry(box);
  box.dispose();
  return edges;
}

/** Three circles of diameter 1 around the axes. */
function ballOutline(): BufferGeometry {
  const circle = new EllipseCurve(0, 0, 0.5, 0.5).getPoints(64);
  const points = [0, 1, 2].flatMap((axis) =>
    circle.slice(1).flatMap((end, i) =>
      [circle[i], end].map(({ x, y }) => {
        const around = [x, y];
        around.splice(axis, 0, 0);
        return new Vector3(...around);
      }),
    ),
  );
  return new BufferGeometry().setFromPoints(points);
}
