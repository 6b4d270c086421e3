// What maps predict of a run's images, as prepared: slices at their poses, moved by their shifts, times their transfer. Hartley values at
// the lattice's points; maps D³ in the prepared images' units.
import { cubeFromMap, cubeShape } from '../../backprojection/fourier-volume.ts';
import { sliceCubes } from '../../backprojection/slicing.ts';
import type { FourierCube } from '../../engine/scoring/scorer.ts';
import { CTF_WIDTH, OPTICS_WIDTH } from '../../formats/particles.ts';
import { ctfFunction } from '../../imaging/ctf.ts';
import { warpedRotations } from '../../imaging/image-optics.ts';
import { makeLattice, ringsOfPoints, type Lattice } from '../../imaging/lattice.ts';
import { transferFunction } from '../../imaging/transfer.ts';
import { trainingData, type RunParticles } from '../run-particles.ts';
import type { TrainingData } from '../../inference/training.ts';

const OVERSAMPLING = 2;

/** Predicts one image at a time. */
export class Predictions {
  readonly lattice: Lattice;
  /** Ring of each point. */
  readonly rings: Uint16Array;
  private readonly data: TrainingData;
  private readonly rotations: Float32Array;
  private readonly cubes: FourierCube[];
  private readonly points;

  constructor(particles: RunParticles, imagePixels: number, maps: readonly Float32Array[]) {
    const { boxPixels } = particles.images;
    this.lattice = makeLattice(boxPixels);
    this.rings = ringsOfPoints(this.lattice);
    this.data = trainingData(particles, imagePixels);
    const { poses, optics } = this.data;
    this.rotations = optics?.warps ? warpedRotations(poses.rotations, optics.warps) : poses.rotations;
    const shape = cubeShape(boxPixels, OVERSAMPLING, boxPixels / 2 - 1);
    this.cubes = maps.map((map) => cubeFromMap(map, boxPixels, shape));
    const half = boxPixels / 2;
    this.points = {
      ...{ boxPixels, count: this.lattice.points },
      x: Float32Array.from(this.lattice.column, (column) => column - half),
      y: Float32Array.from(this.lattice.row, (row) => row - half),
      radius: Float32Array.from(this.rings),
    };
  }

  /** Image `row` as map `map` predicts it, P values into `out`. */
  predict(row: number, map: number, out: Float32Array): void {
    const { lattice, points, data } = this;
    const rotation = this.rotations.subarray(9 * row, 9 * row + 9);
    const slice = sliceCubes(() => this.cubes[map], points, points.count, rotation);
    const { translations } = data.poses;
    const [tx, ty] = translations ? [translations[2 * row], translations[2 * row + 1]] : [0, 0];
    const transfer = this.transferOf(row);
    for (let p = 0; p < points.count; p++) {
      const [re, im] = [slice[2 * p], slice[2 * p + 1]];
      // A pose's translation centres the image: the particle lies at −t.
      const angle = 2 * Math.PI * (points.x[p] * tx + points.y[p] * ty);
      const value = Math.cos(angle) * (re - im) - Math.sin(angle) * (re + im);
      out[p] = transfer ? value * transfer(lattice.x[p], lattice.y[p]) : value;
    }
  }

  private transferOf(row: number): ((x: number, y: number) => number) | null {
    const { ctf, optics } = this.data;
    if (!ctf) return null;
    const own = ctf.subarray(CTF_WIDTH * row, CTF_WIDTH * (row + 1));
    const table = optics?.transfer;
    return table
      ? transferFunction(own, table.subarray(OPTICS_WIDTH * row, OPTICS_WIDTH * (row + 1)))
      : ctfFunction(own);
  }
}
