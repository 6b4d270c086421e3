// Orthogonal slices through a map as textured planes. Voxel i lies at (i − D/2) pixels from the centre, as the
// isosurface's vertices do; a plane reaches half a voxel beyond the outermost voxel centres.
import {
  DataTexture,
  DoubleSide,
  Group,
  LinearFilter,
  Mesh,
  MeshBasicMaterial,
  PlaneGeometry,
  RGBAFormat,
  SRGBColorSpace,
  UnsignedByteType,
} from 'three';
import type { MapAxis, MapPlane } from '../../workers/contract.ts';

/** Planes of a map; `black` and `white` are the map values of the ends of the grey scale. */
export interface SlicePicture {
  boxPixels: number;
  pixelSizeAngstrom: number;
  planes: MapPlane[];
  black: number;
  white: number;
}

/** Greys as RGBA bytes. */
function greyBytes(plane: Float32Array, black: number, white: number): Uint8Array {
  const bytes = new Uint8Array(plane.length * 4);
  const scale = white > black ? 255 / (white - black) : 0;
  for (let i = 0; i < plane.length; i++) {
    const grey = Math.min(255, Math.max(0, (plane[i] - black) * scale));
    bytes[4 * i] = bytes[4 * i + 1] = bytes[4 * i + 2] = grey;
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}

export class SlicePlanes {
  readonly group = new Group();
  readonly #planes = new Map<MapAxis, Mesh<PlaneGeometry, MeshBasicMaterial>>();

  update(picture: SlicePicture | null): void {
    for (const axis of ['x', 'y', 'z'] as const) {
      const plane = picture?.planes.find((one) => one.axis === axis);
      if (!picture || !plane) {
        this.#drop(axis);
        continue;
      }
      const mesh = this.#planes.get(axis) ?? this.#add(axis);
      const { boxPixels: D, pixelSizeAngstrom: apix, black, white } = picture;
      mesh.material.map?.dispose();
      const bytes = greyBytes(plane.values, black, white);
      const texture = new DataTexture(bytes, D, D, RGBAFormat, UnsignedByteType);
      texture.colorSpace = SRGBColorSpace;
      texture.magFilter = texture.minFilter = LinearFilter;
      texture.needsUpdate = true;
      if (mesh.material.map === null) mesh.material.needsUpdate = true;
      mesh.material.map = texture;
      const offset = (plane.index - D / 2) * apix;
      const centre = -apix / 2;
      mesh.position.set(centre, centre, centre);
      mesh.position[axis] = offset;
      mesh.scale.set(D * apix, D * apix, 1);
    }
  }

  #add(axis: MapAxis): Mesh<PlaneGeometry, MeshBasicMaterial> {
    const material = new MeshBasicMaterial({ side: DoubleSide, fog: false, toneMapped: false });
    const mesh = new Mesh(new PlaneGeometry(1, 1), material);
    if (axis === 'y') mesh.rotation.x = Math.PI / 2;
    // Columns of the plane run along y, rows along z: the cyclic turn x → y → z → x.
    if (axis === 'x') mesh.quaternion.set(0.5, 0.5, 0.5, 0.5);
    this.#planes.set(axis, mesh);
    this.group.add(mesh);
    return mesh;
  }

  #drop(axis: MapAxis): void {
    const mesh = this.#planes.get(axis);
    if (!mesh) return;
    this.group.remove(mesh);
    mesh.material.map?.dispose();
    mesh.material.dispose();
    mesh.geometry.dispose();
    this.#planes.delete(axis);
  }

  dispose(): void {
    for (const axis of ['x', 'y', 'z'] as const) this.#drop(axis);
  }
}
