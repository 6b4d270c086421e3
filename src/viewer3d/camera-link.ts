// Keeps the cameras of several maps alike. No three.js here: screens make a link before any map is drawn.
import type { MapCamera } from './camera.ts';

/** A change of one camera is copied to the others; a camera that joins takes the view there is. */
export class CameraLink {
  readonly #cameras = new Set<MapCamera>();
  #copying = false;

  join(camera: MapCamera): () => void {
    const [first] = this.#cameras;
    this.#cameras.add(camera);
    if (first) camera.copyFrom(first);
    const stop = camera.onChange(() => {
      if (this.#copying) return;
      this.#copying = true;
      for (const other of this.#cameras) {
        if (other === camera) continue;
        other.copyFrom(camera);
        other.apply();
      }
      this.#copying = false;
    });
    return () => {
      stop();
      this.#cameras.delete(camera);
    };
  }
}
