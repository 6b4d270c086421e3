// Small pictures of maps: an isosurface drawn on one hidden canvas, or a projection where there is no WebGL.
import type { IsosurfaceMesh } from '../../workers/contract.ts';
import { MapScene, webglAvailable } from './scene.ts';

export interface ThumbnailStyle {
  color: string;
  background: string;
  sizePixels: number;
  boxAngstrom: number;
}

let scene: MapScene | null | undefined;

/** A PNG data URL of the surface in the first view; null where WebGL is absent. */
export function surfaceThumbnail(mesh: IsosurfaceMesh, style: ThumbnailStyle): string | null {
  if (scene === undefined) scene = webglAvailable() ? new MapScene(document.createElement('canvas')) : null;
  if (scene === null) return null;
  scene.setTheme({ background: style.background, line: style.color });
  scene.resize(style.sizePixels, style.sizePixels, 2);
  scene.view.fit(style.boxAngstrom * 0.5);
  scene.view.reset();
  scene.view.zoomBy(1.25);
  scene.setSurface(mesh, { color: style.color, opacity: 1, coloring: 'solid' });
  return scene.toPng();
}

/** A PNG data URL of a projection, D×D with rows upwards, darkest to brightest. */
export function projectionThumbnail(sum: Float32Array): string {
  const D = Math.round(Math.sqrt(sum.length));
  let [low, high] = [Infinity, -Infinity];
  for (const value of sum) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = D;
  const context = canvas.getContext('2d');
  if (!context) return '';
  const image = context.createImageData(D, D);
  const scale = high > low ? 255 / (high - low) : 0;
  for (let row = 0; row < D; row++) {
    for (let column = 0; column < D; column++) {
      const at = 4 * ((D - 1 - row) * D + column);
      image.data.fill((sum[row * D + column] - low) * scale, at, at + 3);
      image.data[at + 3] = 255;
    }
  }
  context.putImageData(image, 0, 0);
  return canvas.toDataURL('image/png');
}
