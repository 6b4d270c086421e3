// The camera of a map: orthographic, so that lengths on the screen are Å everywhere in the picture and two maps compare
// fairly. State is a rotation, a target (Å from the centre of the box) and half of the visible height in Å.
import { OrthographicCamera, Quaternion, Vector3 } from 'three';

/** A drag over the whole height of the view turns the map by this many radians. */
const TURN_PER_HEIGHT = Math.PI;
/** The first view is a little from above, so that a flat picture is not mistaken for a projection. */
const FIRST_ROTATION = new Quaternion(-0.1305, 0.1913, 0.0257, 0.9725).normalize();

export type ViewDirection = 'x' | 'y' | 'z' | 'home';

export class MapCamera {
  readonly camera = new OrthographicCamera(-1, 1, 1, -1, 0.1, 10);
  readonly rotation = FIRST_ROTATION.clone();
  readonly target = new Vector3();
  halfHeightAngstrom = 100;
  /** Radius of what is shown; sets the clipping planes and the zoom of `reset`. */
  radiusAngstrom = 100;
  #aspect = 1;
  readonly #listeners = new Set<() => void>();

  constructor() {
    this.reset();
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** A new radius keeps what the person has zoomed to, relative to the old radius. */
  fit(radiusAngstrom: number): void {
    if (!(radiusAngstrom > 0) || radiusAngstrom === this.radiusAngstrom) return;
    const scale = radiusAngstrom / this.radiusAngstrom;
    this.radiusAngstrom = radiusAngstrom;
    this.halfHeightAngstrom *= scale;
    this.target.multiplyScalar(scale);
    this.apply();
  }

  setAspect(aspect: number): void {
    this.#aspect = aspect;
    this.apply(false);
  }

  /** Turns about the screen's own axes (an arcball without poles); distances are pixels of a drag. */
  rotateBy(rightPixels: number, downPixels: number, heightPixels: number): void {
    const perPixel = TURN_PER_HEIGHT / Math.max(heightPixels, 1);
    const about = new Vector3(-downPixels, -rightPixels, 0);
    const angle = about.length() * perPixel;
    if (angle === 0) return;
    this.rotation.multiply(new Quaternion().setFromAxisAngle(about.normalize(), angle)).normalize();
    this.apply();
  }

  panBy(rightPixels: number, downPixels: number, heightPixels: number): void {
    const perPixel = (2 * this.halfHeightAngstrom) / Math.max(heightPixels, 1);
    this.target.add(new Vector3(-rightPixels * perPixel, downPixels * perPixel, 0).applyQuaternion(this.rotation));
    this.apply();
  }

  zoomBy(factor: number): void {
    const half = this.halfHeightAngstrom / factor;
    this.halfHeightAngstrom = Math.min(Math.max(half, this.radiusAngstrom / 50), this.radiusAngstrom * 5);
    this.apply();
  }

  /** Looks along an axis of the map, or from the first view's direction. */
  lookAlong(direction: ViewDirection): void {
    if (direction === 'home') this.rotation.copy(FIRST_ROTATION);
    if (direction === 'z') this.rotation.identity();
    if (direction === 'x') this.rotation.setFromAxisAngle(new Vector3(0, 1, 0), Math.PI / 2);
    if (direction === 'y') this.rotation.setFromAxisAngle(new Vector3(1, 0, 0), -Math.PI / 2);
    this.apply();
  }

  reset(): void {
    this.rotation.copy(FIRST_ROTATION);
    this.target.set(0, 0, 0);
    this.halfHeightAngstrom = this.radiusAngstrom * 1.08;
    this.apply();
  }

  copyFrom(other: MapCamera): void {
    this.rotation.copy(other.rotation);
    this.target.copy(other.target);
    this.halfHeightAngstrom = other.halfHeightAngstrom;
    this.radiusAngstrom = other.radiusAngstrom;
    this.apply(false);
  }

  /** Å of a pixel on the screen. */
  angstromPerPixel(heightPixels: number): number {
    return (2 * this.halfHeightAngstrom) / Math.max(heightPixels, 1);
  }

  apply(tell = true): void {
    const { camera, radiusAngstrom: radius } = this;
    // A narrow view shows the whole width instead of the whole height.
    const half = this.#aspect < 1 ? this.halfHeightAngstrom / this.#aspect : this.halfHeightAngstrom;
    camera.left = -half * this.#aspect;
    camera.right = half * this.#aspect;
    camera.top = half;
    camera.bottom = -half;
    const distance = radius * 6;
    camera.near = radius * 0.5;
    camera.far = radius * 12;
    camera.quaternion.copy(this.rotation);
    camera.position.set(0, 0, distance).applyQuaternion(this.rotation).add(this.target);
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld();
    if (tell) for (const listener of this.#listeners) listener();
  }
}
