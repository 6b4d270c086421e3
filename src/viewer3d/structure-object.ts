// An atomic model's centres as balls, joined by sticks. Two instanced meshes, so that a thousand residues are two draws.
import {
  Color,
  CylinderGeometry,
  InstancedMesh,
  Matrix4,
  MeshStandardMaterial,
  Quaternion,
  SphereGeometry,
  Group,
  Vector3,
  type BufferGeometry,
} from 'three';

/** Balls and sticks, Å from the middle of the box. */
export interface StructurePicture {
  /** 3N. */
  positions: Float32Array;
  /** N, Å. */
  radii: Float32Array;
  /** 2M balls that a stick joins. */
  bonds: Uint32Array;
  /** N CSS colours; a stick has those of its ends. */
  colors: readonly string[];
}

/** Å. */
const STICK_RADIUS = 0.45;
const UP = new Vector3(0, 1, 0);

export class StructureObject {
  readonly group = new Group();
  readonly #material = new MeshStandardMaterial({ roughness: 0.5, metalness: 0.02 });
  readonly #ball = new SphereGeometry(1, 16, 12);
  /** Half a stick, from the middle of its foot upwards. */
  readonly #stick = new CylinderGeometry(1, 1, 1, 10, 1, true).translate(0, 0.5, 0);
  #shown: StructurePicture | null = null;

  update(picture: StructurePicture | null): void {
    if (picture === this.#shown) return;
    this.#clear();
    this.#shown = picture;
    if (!picture) return;
    const { positions, radii, bonds, colors } = picture;
    const painted = colors.map((css) => new Color(css));
    const at = (i: number) => new Vector3().fromArray(positions, 3 * i);
    const balls = this.#instances(this.#ball, radii.length);
    const upright = new Quaternion();
    for (let i = 0; i < radii.length; i++) {
      balls.setMatrixAt(i, new Matrix4().compose(at(i), upright, new Vector3().setScalar(radii[i])));
      balls.setColorAt(i, painted[i]);
    }
    const sticks = this.#instances(this.#stick, bonds.length);
    // Each end draws its half, in its colour.
    for (let end = 0; end < bonds.length; end++) {
      const [own, other] = [bonds[end], bonds[end ^ 1]];
      const foot = at(own);
      const half = at(other).sub(foot).multiplyScalar(0.5);
      const length = half.length();
      const turn = new Quaternion().setFromUnitVectors(UP, length > 0 ? half.normalize() : UP);
      sticks.setMatrixAt(end, new Matrix4().compose(foot, turn, new Vector3(STICK_RADIUS, length, STICK_RADIUS)));
      sticks.setColorAt(end, painted[own]);
    }
  }

  #instances(geometry: BufferGeometry, count: number): InstancedMesh {
    const mesh = new InstancedMesh(geometry, this.#material, count);
    this.group.add(mesh);
    return mesh;
  }

  #clear(): void {
    for (const mesh of [...this.group.children]) {
      this.group.remove(mesh);
      if (mesh instanceof InstancedMesh) mesh.dispose();
    }
  }

  dispose(): void {
    this.#clear();
    this.#ball.dispose();
    this.#stick.dispose();
    this.#material.dispose();
  }
}
