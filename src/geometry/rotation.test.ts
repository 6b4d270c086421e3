import { describe, expect, it } from 'vitest';
import { SET, setPoses, setText } from '../../testing/reference-set/set.ts';
import { Random } from './random.ts';
import {
  eulerFromMatrix,
  matrixFromEuler,
  randomRotations,
  rotateAboutAxis,
  rotationAngle,
  rotationDistanceSquared,
} from './rotation.ts';

const multiply = (a: number[], b: number[]) =>
  Array.from({ length: 9 }, (_, i) =>
    [0, 1, 2].reduce((sum, k) => sum + a[3 * Math.floor(i / 3) + k] * b[3 * k + (i % 3)], 0),
  );
/** Passive rotations about z and y, from which RELION's matrix is Rz(psi) Ry(tilt) Rz(rot). */
const aboutZ = (d: number) => {
  const [c, s] = [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)];
  return [c, s, 0, -s, c, 0, 0, 0, 1];
};
const aboutY = (d: number) => {
  const [c, s] = [Math.cos((d * Math.PI) / 180), Math.sin((d * Math.PI) / 180)];
  return [c, 0, -s, 0, 1, 0, s, 0, c];
};

describe('Euler angles', () => {
  it('are Rz(psi)·Ry(tilt)·Rz(rot)', () => {
    for (const [rot, tilt, psi] of [
      [10, 20, 30],
      [-170, 95, 140],
      [33, 179, -60],
    ]) {
      const expected = multiply(aboutZ(psi), multiply(aboutY(tilt), aboutZ(rot)));
      matrixFromEuler(rot, tilt, psi).forEach((v, i) => expect(v).toBeCloseTo(expected[i], 12));
    }
  });

  it('come back from the matrix, at the poles too', () => {
    const random = new Random(2);
    const cases = Array.from({ length: 200 }, () => [
      random.uniform() * 360 - 180,
      random.uniform() * 180,
      random.uniform() * 360 - 180,
    ]);
    cases.push([0, 0, 50], [0, 180, -70], [30, 1e-9, 20]);
    for (const [rot, tilt, psi] of cases) {
      const matrix = matrixFromEuler(rot, tilt, psi);
      const again = matrixFromEuler(...eulerFromMatrix(matrix));
      expect(rotationDistanceSquared(matrix, again)).toBeLessThan(1e-12);
    }
  });
});

describe('rotations', () => {
  it('drawn at random are orthonormal, right-handed and uniform', () => {
    const count = 5000;
    const rotations = randomRotations(new Random(4), count);
    const mean = new Float64Array(9);
    let traceSquared = 0;
    // How far any is from R·Rᵀ = 1 and det R = 1.
    let skew = 0;
    for (let i = 0; i < count; i++) {
      const r = Array.from(rotations.subarray(i * 9, i * 9 + 9));
      const gram = multiply(r, [r[0], r[3], r[6], r[1], r[4], r[7], r[2], r[5], r[8]]);
      gram.forEach((v, k) => (skew = Math.max(skew, Math.abs(v - (k % 4 === 0 ? 1 : 0)))));
      const determinant =
        r[0] * (r[4] * r[8] - r[5] * r[7]) - r[1] * (r[3] * r[8] - r[5] * r[6]) + r[2] * (r[3] * r[7] - r[4] * r[6]);
      skew = Math.max(skew, Math.abs(determinant - 1));
      r.forEach((v, k) => (mean[k] += v / count));
      traceSquared += (r[0] + r[4] + r[8]) ** 2 / count;
    }
    expect(skew).toBeLessThan(1e-6);
    // Haar measure: mean 0, and the squared trace averages to 1.
    mean.forEach((v) => expect(Math.abs(v)).toBeLessThan(0.05));
    expect(traceSquared).toBeGreaterThan(0.9);
    expect(traceSquared).toBeLessThan(1.1);
  });

  it('differ by the angle between them', () => {
    const a = matrixFromEuler(10, 20, 30);
    const b = matrixFromEuler(10, 20, 75);
    expect((rotationAngle(a, b) * 180) / Math.PI).toBeCloseTo(45, 9);
    expect(rotationDistanceSquared(a, a)).toBe(0);
  });

  it('about an axis leave it in place and turn right-handed', () => {
    const turned = rotateAboutAxis(Float32Array.of(1, 0, 5, 0, 0, 3), [0, 0, 0], [0, 0, 2], Math.PI / 2);
    [0, 1, 5, 0, 0, 3].forEach((v, i) => expect(turned[i]).toBeCloseTo(v, 6));
  });
});

describe('Euler angles of the reference set', () => {
  it('give the matrices from which SciPy made them', () => {
    const rows = setText('particles.star')
      .split('\n')
      .filter((line) => line.includes('@particles.mrcs'));
    const { rotations } = setPoses();
    expect(rows.length).toBe(SET.count);
    let worst = 0;
    rows.forEach((row, i) => {
      const [rot, tilt, psi] = row.trim().split(/\s+/).slice(7, 10).map(Number);
      matrixFromEuler(rot, tilt, psi).forEach((value, k) => {
        worst = Math.max(worst, Math.abs(value - rotations[9 * i + k]));
      });
    });
    // Six decimals of a degree.
    expect(worst).toBeLessThan(1e-6);
  });
});
