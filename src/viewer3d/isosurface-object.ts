// One isosurface as a three.js mesh. Geometry is replaced only when the arrays change, style at any time.
import { BufferAttribute, BufferGeometry, DoubleSide, Mesh, MeshStandardMaterial } from 'three';
import type { IsosurfaceMesh } from '../../workers/contract.ts';
import { vertexColors, type ShadeMap, type SurfaceColoring } from './surface-colors.ts';

export interface SurfaceStyle {
  /** CSS colour. */
  color: string;
  /** 0 … 1; below 1 the back of the surface shows through. */
  opacity: number;
  coloring: SurfaceColoring;
  /** What 'variance' colours by. */
  shade?: ShadeMap | null;
}

export class IsosurfaceObject {
  readonly object: Mesh<BufferGeometry, MeshStandardMaterial>;
  #shown: IsosurfaceMesh | null = null;
  #coloring: SurfaceColoring = 'solid';
  #shade: ShadeMap | null = null;

  constructor() {
    const material = new MeshStandardMaterial({ roughness: 0.55, metalness: 0.02, side: DoubleSide });
    this.object = new Mesh(new BufferGeometry(), material);
    this.object.visible = false;
  }

  update(mesh: IsosurfaceMesh | null, style: SurfaceStyle): void {
    const empty = mesh === null || mesh.indices.length === 0;
    this.object.visible = !empty;
    if (!empty && mesh !== this.#shown) {
      const geometry = new BufferGeometry();
      geometry.setAttribute('position', new BufferAttribute(mesh.positions, 3));
      geometry.setAttribute('normal', new BufferAttribute(mesh.normals, 3));
      geometry.setIndex(new BufferAttribute(mesh.indices, 1));
      this.object.geometry.dispose();
      this.object.geometry = geometry;
      this.#coloring = 'solid';
    }
    this.#shown = mesh;
    if (empty) return;
    this.#paint(mesh, style);
  }

  #paint(mesh: IsosurfaceMesh, style: SurfaceStyle): void {
    const { material, geometry } = this.object;
    const { coloring, shade = null } = style;
    if (coloring !== 'solid' && (coloring !== this.#coloring || shade !== this.#shade)) {
      geometry.setAttribute('color', new BufferAttribute(vertexColors(mesh.positions, coloring, shade), 3));
      this.#coloring = coloring;
      this.#shade = shade;
    }
    const painted = style.coloring !== 'solid';
    const transparent = style.opacity < 1;
    if (material.vertexColors !== painted || material.transparent !== transparent) material.needsUpdate = true;
    material.vertexColors = painted;
    material.transparent = transparent;
    material.opacity = style.opacity;
    material.depthWrite = !transparent || style.opacity > 0.6;
    material.color.set(painted ? '#ffffff' : style.color);
  }

  dispose(): void {
    this.object.geometry.dispose();
    this.object.material.dispose();
  }
}
