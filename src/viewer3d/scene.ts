// A map on a canvas: up to two isosurfaces, one around them (a mask), slices, the outline of the box. Draws only when something changed.
import {
  BoxGeometry,
  Color,
  EdgesGeometry,
  Fog,
  LineBasicMaterial,
  LineSegments,
  Raycaster,
  Scene,
  SRGBColorSpace,
  Vector2,
  WebGLRenderer,
  type Group,
} from 'three';
import type { IsosurfaceMesh } from '../../workers/contract.ts';
import { MapCamera } from './camera.ts';
import { IsosurfaceObject, type SurfaceStyle } from './isosurface-object.ts';
import { createLights, type Lighting } from './lighting.ts';
import { ShapeHandles, type HandledShape, type ShapeChange } from './shape-handles.ts';
import { SlicePlanes, type SlicePicture } from './slices.ts';
import { StructureObject, type StructurePicture } from './structure-object.ts';

export interface SceneTheme {
  /** CSS colours. */
  background: string;
  line: string;
}

export class MapScene {
  readonly view = new MapCamera();
  readonly #renderer: WebGLRenderer;
  readonly #scene = new Scene();
  readonly #surface = new IsosurfaceObject();
  readonly #overlay = new IsosurfaceObject();
  readonly #shell = new IsosurfaceObject();
  readonly #slices = new SlicePlanes();
  readonly #structure = new StructureObject();
  /** Made when a first shape is shown. */
  #handles: ShapeHandles | null = null;
  readonly #outline: LineSegments<EdgesGeometry, LineBasicMaterial>;
  #lights: Group;
  #lighting: Lighting = 'soft';
  #frame = 0;
  #disposed = false;

  /** Throws where the browser gives no WebGL 2 context. */
  constructor(readonly canvas: HTMLCanvasElement) {
    this.#renderer = new WebGLRenderer({ canvas, antialias: true });
    this.#renderer.outputColorSpace = SRGBColorSpace;
    this.#lights = createLights(this.#lighting);
    const edges = new EdgesGeometry(new BoxGeometry(1, 1, 1));
    this.#outline = new LineSegments(edges, new LineBasicMaterial({ transparent: true, opacity: 0.7 }));
    this.#outline.visible = false;
    this.view.camera.add(this.#lights);
    // Drawn last: what lies inside of it is seen through it.
    this.#shell.object.renderOrder = 1;
    const surfaces = [this.#surface, this.#overlay, this.#shell].map(({ object }) => object);
    this.#scene.add(this.view.camera, ...surfaces, this.#slices.group, this.#structure.group, this.#outline);
    this.view.onChange(() => this.requestRender());
    // three.js sets itself up again when a lost context comes back; what was on the screen is drawn by us.
    canvas.addEventListener('webglcontextrestored', () => this.requestRender());
    this.setTheme({ background: '#111418', line: '#8891a0' });
  }

  setSurface(mesh: IsosurfaceMesh | null, style: SurfaceStyle): void {
    this.#surface.update(mesh, style);
    this.requestRender();
  }

  setOverlay(mesh: IsosurfaceMesh | null, style: SurfaceStyle): void {
    this.#overlay.update(mesh, style);
    this.requestRender();
  }

  /** A surface around the others, to be seen through. */
  setShell(mesh: IsosurfaceMesh | null, style: SurfaceStyle): void {
    this.#shell.update(mesh, style);
    this.requestRender();
  }

  /** A shape's outline with its handles; `onChange` while one is dragged. */
  setHandles(shape: HandledShape | null, color: string, onChange: (change: ShapeChange) => void): void {
    if (!shape && !this.#handles) return;
    this.#handles ??= new ShapeHandles(this.#scene, this.view.camera, this.canvas, () => this.requestRender());
    this.#handles.update(shape, color, onChange);
    this.requestRender();
  }

  /** Whether a handle is in the hand. */
  get isHandled(): boolean {
    return this.#handles?.isHeld ?? false;
  }

  /** Where the first surface lies under a place of the view, −1 … 1 to the right and up; null where it does not. */
  placeAt(x: number, y: number): [number, number, number] | null {
    const { object } = this.#surface;
    if (!object.visible) return null;
    const ray = new Raycaster();
    ray.setFromCamera(new Vector2(x, y), this.view.camera);
    return ray.intersectObject(object, false)[0]?.point.toArray() ?? null;
  }

  /** An atomic model over the map. */
  setStructure(picture: StructurePicture | null): void {
    this.#structure.update(picture);
    this.requestRender();
  }

  setSlices(picture: SlicePicture | null): void {
    this.#slices.update(picture);
    this.requestRender();
  }

  /** Side of the box in Å: sets the zoom of the first view, and the outline's size. */
  setBox(sideAngstrom: number, outlined: boolean): void {
    // A particle fills about three quarters of its box.
    this.view.fit(sideAngstrom * 0.5);
    this.#outline.scale.setScalar(sideAngstrom);
    this.#outline.visible = outlined;
    this.requestRender();
  }

  setLighting(lighting: Lighting): void {
    if (lighting === this.#lighting) return;
    this.#lighting = lighting;
    this.view.camera.remove(this.#lights);
    this.#lights = createLights(lighting);
    this.view.camera.add(this.#lights);
    this.requestRender();
  }

  setTheme(theme: SceneTheme): void {
    const background = new Color(theme.background);
    this.#scene.background = background;
    this.#scene.fog = new Fog(background, 1, 2);
    this.#outline.material.color.set(theme.line);
    this.requestRender();
  }

  resize(width: number, height: number, pixelRatio: number): void {
    if (width < 1 || height < 1) return;
    this.#renderer.setPixelRatio(Math.min(pixelRatio, 2));
    this.#renderer.setSize(width, height, false);
    this.view.setAspect(width / height);
    this.#render();
  }

  requestRender(): void {
    if (this.#frame !== 0 || this.#disposed) return;
    this.#frame = requestAnimationFrame(() => {
      this.#frame = 0;
      this.#render();
    });
  }

  /** The present view as a PNG data URL. */
  toPng(): string {
    // Drawn and read within one task: the drawing buffer is not kept after it.
    this.#render();
    return this.canvas.toDataURL('image/png');
  }

  #render(): void {
    if (this.#disposed) return;
    const fog = this.#scene.fog;
    if (fog instanceof Fog) {
      // Depth cue: the back of the map fades towards the background.
      fog.near = this.view.radiusAngstrom * 5.4;
      fog.far = this.view.radiusAngstrom * 8.2;
    }
    this.#renderer.render(this.#scene, this.view.camera);
  }

  dispose(): void {
    this.#disposed = true;
    cancelAnimationFrame(this.#frame);
    this.#surface.dispose();
    this.#overlay.dispose();
    this.#shell.dispose();
    this.#slices.dispose();
    this.#structure.dispose();
    this.#handles?.dispose();
    this.#outline.geometry.dispose();
    this.#outline.material.dispose();
    this.#renderer.dispose();
    this.#renderer.forceContextLoss();
  }
}

/** Whether this browser gives a WebGL 2 context at all. */
export function webglAvailable(): boolean {
  const context = document.createElement('canvas').getContext('webgl2');
  context?.getExtension('WEBGL_lose_context')?.loseContext();
  return context !== null;
}
