import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { ctfAtPoints, ctfFunction } from './ctf.ts';
import { hartleyImage } from './hartley.ts';
import { latticeAxis, makeLattice } from './lattice.ts';
import { shiftHartley } from './shift.ts';

describe('lattice', () => {
  it.each([
    [32, 796],
    [64, 3208],
    [128, 12852],
    [256, 51432],
  ])('of box %i has %i points', (box, points) => {
    const lattice = makeLattice(box);
    expect(lattice.points).toBe(points);
    expect(lattice.side).toBe(box + 1);
    for (let p = 0; p < points; p++) {
      const q = lattice.mirror[p];
      if (lattice.x[q] !== -lattice.x[p] || lattice.y[q] !== -lattice.y[p]) throw new Error(`point ${p}`);
      if (p > 0 && lattice.index[p] <= lattice.index[p - 1]) throw new Error(`raster order at ${p}`);
      if (Math.hypot(lattice.x[p], lattice.y[p]) > 0.5 + 1e-7) throw new Error(`point ${p} outside`);
      if (lattice.index[p] !== lattice.row[p] * (box + 1) + lattice.column[p]) throw new Error(`index ${p}`);
    }
  });

  it('takes a smaller radius and leaves the zero frequency out', () => {
    const lattice = makeLattice(8, 1);
    expect([...lattice.x].map((x, p) => [x * 8, lattice.y[p] * 8])).toEqual([
      [0, -1],
      [-1, 0],
      [1, 0],
      [0, 1],
    ]);
    expect([...latticeAxis(4)]).toEqual([-0.5, -0.25, 0, 0.25, 0.5]);
  });

  it('needs an even box', () => expect(() => makeLattice(33)).toThrow(/even box/));
});

/** The formulae of docs/CONVENTIONS.md as they stand, with the angle. */
function naiveCtf(row: number[], x: number, y: number): number {
  const [, apix, u, v, angle, kilovolt, millimetre, w, phase] = row;
  const volt = kilovolt * 1e3;
  const wavelength = 12.2639 / Math.sqrt(volt + 0.97845e-6 * volt * volt);
  const s = Math.hypot(x, y) / apix;
  const theta = Math.atan2(y, x);
  const defocus = 0.5 * (u + v + (u - v) * Math.cos(2 * (theta - (angle * Math.PI) / 180)));
  const gamma =
    2 * Math.PI * (-0.5 * defocus * wavelength * s ** 2 + 0.25 * millimetre * 1e7 * wavelength ** 3 * s ** 4) -
    (phase * Math.PI) / 180;
  return Math.sqrt(1 - w * w) * Math.sin(gamma) - w * Math.cos(gamma);
}

describe('CTF', () => {
  const rows = [
    [32, 4, 15000, 14700, 33, 300, 2.7, 0.1, 0],
    [32, 1.3, 21000, 8000, -70, 200, 2.0, 0.07, 90],
  ];
  it('is the written formula at every point', () => {
    const lattice = makeLattice(32);
    const out = new Float32Array(lattice.points);
    for (const row of rows) {
      ctfAtPoints(row, lattice, out);
      out.forEach((value, p) => {
        const expected = naiveCtf(row, lattice.x[p], lattice.y[p]);
        expect(Math.abs(value - expected)).toBeLessThan(1e-6);
        expect(Math.abs(ctfFunction(row)(lattice.x[p], lattice.y[p]) - expected)).toBeLessThan(1e-9);
      });
    }
  });

  it('is negative at low frequency and decays with a B-factor', () => {
    const lattice = makeLattice(32);
    const [plain, damped] = [new Float32Array(lattice.points), new Float32Array(lattice.points)];
    ctfAtPoints(rows[0], lattice, plain);
    ctfAtPoints(rows[0], lattice, damped, 100);
    expect(ctfFunction(rows[0])(0, 0)).toBeCloseTo(-0.1, 6);
    const p = 5;
    const s2 = (lattice.x[p] ** 2 + lattice.y[p] ** 2) / 16;
    expect(damped[p] / plain[p]).toBeCloseTo(Math.exp((-100 * s2) / 4), 5);
  });
});

describe('shift of Hartley values', () => {
  it('by whole pixels is the transform of the rolled image', () => {
    const size = 16;
    const lattice = makeLattice(size, size / 2 - 1);
    const image = new Random(1).fillNormal(new Float32Array(size * size));
    const [dx, dy] = [3, -2];
    const rolled = image.map((_, i) => {
      const [x, y] = [((i % size) - dx + size) % size, (Math.floor(i / size) - dy + size) % size];
      return image[y * size + x];
    });
    const atPoints = (values: Float32Array) => {
      const transform = new Float32Array(size * size);
      hartleyImage(values, size, transform);
      return Float32Array.from(
        { length: lattice.points },
        (_, p) => transform[lattice.row[p] * size + lattice.column[p]],
      );
    };
    const out = new Float32Array(lattice.points);
    const source = atPoints(image);
    shiftHartley(source, lattice, { tx: dx / size, ty: dy / size }, out);
    atPoints(rolled).forEach((v, p) => expect(Math.abs(out[p] - v)).toBeLessThan(1e-4));
    shiftHartley(source, lattice, { tx: dx / size, ty: dy / size }, source);
    expect(source).toEqual(out);
    shiftHartley(out, lattice, { tx: -dx / size, ty: -dy / size }, out);
    atPoints(image).forEach((v, p) => expect(Math.abs(out[p] - v)).toBeLessThan(1e-4));
  });

  it("takes cryoDRGN's factor D + 1", () => {
    const lattice = makeLattice(8);
    const values = new Random(2).fillNormal(new Float32Array(lattice.points));
    const [a, b] = [new Float32Array(lattice.points), new Float32Array(lattice.points)];
    shiftHartley(values, lattice, { tx: 0.1, ty: 0.2 }, a, 9);
    shiftHartley(values, lattice, { tx: (0.1 * 9) / 8, ty: (0.2 * 9) / 8 }, b);
    a.forEach((v, p) => expect(v).toBeCloseTo(b[p], 5));
  });
});
