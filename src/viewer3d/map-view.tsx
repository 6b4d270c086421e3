// A map as a React element: an isosurface (and one more over it), slices, a scale bar. three.js is loaded when the first
// map is shown; everything after that is plain calls on a MapScene.
import { useEffect, useImperativeHandle, useRef, useState, type Ref } from 'react';
import type { IsosurfaceMesh } from '../../workers/contract.ts';
import type { ViewDirection } from './camera.ts';
import type { CameraLink } from './camera-link.ts';
import { hexOf, onThemeChange } from './css-color.ts';
import type { Lighting } from './lighting.ts';
import { useMapTools, type MapTools } from './map-tools.ts';
import styles from './map-view.module.css';
import { scaleBar } from './scale-bar.ts';
import type { MapScene } from './scene.ts';
import type { SlicePicture } from './slices.ts';
import type { StructurePicture } from './structure-object.ts';
import type { ShadeMap, SurfaceColoring } from './surface-colors.ts';

export interface MapViewHandle {
  /** The present view as a PNG data URL; null until the first map is drawn, or without WebGL. */
  toPng(): string | null;
  lookAlong(direction: ViewDirection): void;
  reset(): void;
}

export interface MapViewProps extends MapTools {
  mesh: IsosurfaceMesh | null;
  /** Any CSS colour. */
  color?: string;
  opacity?: number;
  coloring?: SurfaceColoring;
  /** What the colouring 'variance' colours by; without it that is one colour. */
  shade?: ShadeMap | null;
  overlay?: { mesh: IsosurfaceMesh | null; color: string; opacity?: number };
  /** Around the map, to be seen through: a mask. */
  shell?: { mesh: IsosurfaceMesh; color: string } | null;
  slices?: SlicePicture | null;
  /** Over the map, which is seen through where it hides them. */
  structure?: StructurePicture | null;
  /** Side of the box; from the surface's extent where absent. */
  boxAngstrom?: number;
  outlined?: boolean;
  lighting?: Lighting;
  /** Shared by maps whose views move together. */
  link?: CameraLink;
  /** What is shown, for screen readers. */
  label?: string;
  testId?: string;
  ref?: Ref<MapViewHandle>;
}

const SHELL_OPACITY = 0.28;
/** The most of a surface that atoms are seen through. */
const OVER_ATOMS = 0.35;

type Phase = 'loading' | 'ready' | 'no-webgl';

export function MapView(props: MapViewProps) {
  const { mesh, color = '#7d9bd6', overlay, shell = null, slices = null, shade = null, structure = null } = props;
  const opacity = Math.min(props.opacity ?? 1, structure ? OVER_ATOMS : 1);
  const coloring = props.coloring === 'variance' && !shade ? 'solid' : (props.coloring ?? 'solid');
  const { outlined = false, lighting = 'soft', link, label = 'Map', testId = 'map-view', ref } = props;
  const box = props.boxAngstrom ?? (mesh ? extent(mesh) : 0);
  const host = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const bar = useRef<HTMLDivElement>(null);
  const [scene, setScene] = useState<MapScene | null>(null);
  const [phase, setPhase] = useState<Phase>('loading');

  useEffect(() => {
    const element = host.current;
    const surface = canvas.current;
    if (!element || !surface) return;
    let stop: (() => void) | undefined;
    let gone = false;
    void start(element, surface, bar, link).then(
      (started) => {
        if (gone) return started?.stop();
        stop = started?.stop;
        setScene(started?.scene ?? null);
        setPhase(started ? 'ready' : 'no-webgl');
      },
      () => setPhase('no-webgl'),
    );
    return () => {
      gone = true;
      setScene(null);
      stop?.();
    };
  }, [link]);

  useEffect(() => {
    scene?.setSurface(mesh, { color: hexOf(color), opacity, coloring, shade });
  }, [scene, mesh, color, opacity, coloring, shade]);

  const [overlayMesh, overlayColor, overlayOpacity] = [
    overlay?.mesh ?? null,
    overlay?.color ?? color,
    overlay?.opacity,
  ];
  useEffect(() => {
    scene?.setOverlay(overlayMesh, { color: hexOf(overlayColor), opacity: overlayOpacity ?? 0.5, coloring: 'solid' });
  }, [scene, overlayMesh, overlayColor, overlayOpacity]);

  useEffect(() => {
    const style = { color: hexOf(shell?.color ?? color), opacity: SHELL_OPACITY, coloring: 'solid' as const };
    scene?.setShell(shell?.mesh ?? null, style);
  }, [scene, shell, color]);

  useEffect(() => scene?.setSlices(slices), [scene, slices]);
  useEffect(() => scene?.setStructure(structure), [scene, structure]);
  useEffect(() => {
    if (box > 0) scene?.setBox(box, outlined);
  }, [scene, box, outlined]);
  useEffect(() => scene?.setLighting(lighting), [scene, lighting]);

  useMapTools(scene, canvas, props);

  useImperativeHandle(
    ref,
    () => ({
      toPng: () => scene?.toPng() ?? null,
      lookAlong: (direction) => scene?.view.lookAlong(direction),
      reset: () => scene?.view.reset(),
    }),
    [scene],
  );

  return (
    <div
      ref={host}
      className={styles.host}
      data-testid={testId}
      data-phase={phase}
      data-empty={mesh === null}
      data-shell={shell !== null}
      data-atoms={structure?.radii.length ?? 0}
      data-picking={props.onPick !== undefined}
    >
      <canvas
        // A canvas whose context was given up cannot have another one.
        key={phase === 'no-webgl' ? 'none' : 'webgl'}
        ref={canvas}
        className={styles.canvas}
        tabIndex={0}
        role="img"
        aria-label={`${label}. Drag or use the arrow keys to turn, plus and minus to zoom, 0 to reset.${props.onPick ? ' Click the surface, or press Enter for the middle of the view, to choose a place.' : ''}`}
      />
      {phase === 'no-webgl' ? (
        <p className={styles.message}>
          This browser shows no 3-D graphics (WebGL 2 is absent or switched off). Maps are computed all the same and can
          be saved as MRC.
        </p>
      ) : (
        <div ref={bar} className={styles.bar} hidden={box === 0} aria-hidden="true" />
      )}
    </div>
  );
}

async function start(
  element: HTMLDivElement,
  canvas: HTMLCanvasElement,
  bar: { current: HTMLDivElement | null },
  link: CameraLink | undefined,
): Promise<{ scene: MapScene; stop: () => void } | null> {
  const [{ MapScene, webglAvailable }, { attachControls }] = await Promise.all([
    import('./scene.ts'),
    import('./controls.ts'),
  ]);
  if (!webglAvailable() || !canvas.isConnected) return null;
  const scene = new MapScene(canvas);
  const drawBar = () => {
    if (!bar.current) return;
    const length = scaleBar(scene.view.angstromPerPixel(element.clientHeight), 110);
    bar.current.style.width = `${length.widthPixels}px`;
    bar.current.textContent = `${length.lengthAngstrom} Å`;
  };
  const paint = () => {
    const { backgroundColor, color } = getComputedStyle(element);
    scene.setTheme({ background: hexOf(backgroundColor), line: hexOf(color) });
  };
  const resize = () => {
    scene.resize(element.clientWidth, element.clientHeight, devicePixelRatio);
    drawBar();
  };
  paint();
  resize();
  const observer = new ResizeObserver(resize);
  observer.observe(element);
  const undo = [
    onThemeChange(paint),
    attachControls(canvas, scene.view, () => scene.isHandled),
    scene.view.onChange(drawBar),
    link?.join(scene.view),
    () => observer.disconnect(),
    () => scene.dispose(),
  ];
  return { scene, stop: () => undo.forEach((step) => step?.()) };
}

/** Twice the largest coordinate: a box that holds the surface. */
function extent(mesh: IsosurfaceMesh): number {
  let largest = 0;
  for (const value of mesh.positions) largest = Math.max(largest, Math.abs(value));
  return 2 * largest;
}
