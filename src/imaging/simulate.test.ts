import { describe, expect, it } from 'vitest';
import { describeWithReference, referenceBytes } from '../../testing/reference.ts';
import { Random } from '../geometry/random.ts';
import { matrixFromEuler, randomRotations } from '../geometry/rotation.ts';
import { ctfAtPoints } from './ctf.ts';
import { makeLattice } from './lattice.ts';
import { conformation, moleculeFromAtoms } from './molecule.ts';
import type { MoleculeAtom } from './molecule.ts';
import { preprocessImages } from './preprocess.ts';
import { densityOfAtoms, gaussianWidthAngstrom, projectAtoms } from './projection.ts';
import { shiftHartley } from './shift.ts';
import { simulate } from './simulate.ts';
import { twoDomainMolecule } from './two-domain-molecule.ts';

const all = (n: number) => Array.from({ length: n }, (_, i) => i);
const mean = (values: ArrayLike<number>) => Array.from(values).reduce((a, b) => a + b, 0) / values.length;
const variance = (values: ArrayLike<number>) => {
  const centre = mean(values);
  return mean(Array.from(values, (v) => (v - centre) ** 2));
};
function correlation(a: ArrayLike<number>, b: ArrayLike<number>): number {
  const [ma, mb] = [mean(a), mean(b)];
  const covariance = mean(Array.from(a, (v, i) => (v - ma) * (b[i] - mb)));
  return covariance / Math.sqrt(variance(a) * variance(b));
}

describe('projection of atoms', () => {
  const frame = { boxPixels: 16, pixelSizeAngstrom: 3, resolutionAngstrom: 12 };
  const positions = Float32Array.of(4, -6, 9, -10, 3, 2);
  const weights = Float32Array.of(6, 8);

  it('is a Gaussian at R r plus the shift', () => {
    const rotation = matrixFromEuler(30, 50, 70);
    const out = new Float64Array(256);
    projectAtoms(positions, weights, { rotations: rotation, offset: 0, shiftX: 1.5, shiftY: -0.5 }, frame, out);
    const sigma = gaussianWidthAngstrom(12);
    out.forEach((value, pixel) => {
      const [x, y] = [(pixel % 16) - 8, Math.floor(pixel / 16) - 8];
      const expected = [0, 1].reduce((sum, a) => {
        const at = (row: number) => [0, 1, 2].reduce((s, k) => s + rotation[3 * row + k] * positions[3 * a + k], 0);
        const squared = (3 * (x - 1.5) - at(0)) ** 2 + (3 * (y + 0.5) - at(1)) ** 2;
        return sum + weights[a] * Math.exp(-squared / (2 * sigma * sigma));
      }, 0);
      // What the cut at 5σ leaves out.
      expect(Math.abs(value - expected)).toBeLessThan(5e-5);
    });
  });

  it('is the density summed along z, up to the width of a Gaussian', () => {
    const density = densityOfAtoms(positions, weights, frame);
    const image = new Float64Array(256);
    projectAtoms(
      positions,
      weights,
      { rotations: [1, 0, 0, 0, 1, 0, 0, 0, 1], offset: 0, shiftX: 0, shiftY: 0 },
      frame,
      image,
    );
    const alongZ = (gaussianWidthAngstrom(12) / 3) * Math.sqrt(2 * Math.PI);
    image.forEach((value, pixel) => {
      const sum = all(16).reduce((s, z) => s + density[z * 256 + pixel], 0);
      expect(Math.abs(sum / alongZ - value)).toBeLessThan(1e-3);
    });
  });
});

describe('molecules', () => {
  it("the project's own has two domains and a cap, fits its box and is the same each time", () => {
    const molecule = twoDomainMolecule();
    expect(molecule.weights.length).toBeGreaterThan(1500);
    expect(molecule.weights.length).toBeLessThan(3000);
    expect(molecule).toEqual(twoDomainMolecule());
    const counts = molecule.domainNames.map((_, d) => molecule.domains.filter((v) => v === d).length);
    expect(Math.min(...counts)).toBeGreaterThan(150);
    for (const angle of [-0.75, 0, 0.75]) {
      const { positions } = conformation(molecule, [angle]);
      const radii = all(positions.length / 3).map((i) => Math.hypot(...positions.subarray(3 * i, 3 * i + 3)));
      // The window falls at 0.85 of the half box of 32 pixels of 4 Å.
      expect(Math.max(...radii)).toBeLessThan(0.85 * 64);
    }
    expect(conformation(molecule, [0], [2]).weights.length).toBe(molecule.weights.length - counts[2]);
  });

  it('of a file turn about the N–CA bond of the hinge residue', () => {
    const atoms: MoleculeAtom[] = all(9).flatMap((residue) =>
      ['N', 'CA', 'C'].map((name, i) => ({
        x: 3.8 * residue + i,
        y: i,
        z: Math.sin(residue),
        element: name[0],
        name,
        chain: 'A',
        residueNumber: residue + 10,
      })),
    );
    const molecule = moleculeFromAtoms(atoms, 'chain.pdb', 4);
    expect([...molecule.hinges[0].moves]).toEqual(all(27).map((i) => (i >= 15 ? 1 : 0)));
    const distance = (p: Float32Array, a: number, b: number) =>
      Math.hypot(...[0, 1, 2].map((axis) => p[3 * a + axis] - p[3 * b + axis]));
    const still = conformation(molecule, [0]).positions;
    const turned = conformation(molecule, [1]).positions;
    // Each side is rigid, the hinge bond keeps its distances to both, the ends come nearer or move apart.
    for (const [a, b] of [
      [0, 8],
      [16, 26],
      [12, 26],
      [13, 26],
    ])
      expect(distance(turned, a, b)).toBeCloseTo(distance(still, a, b), 4);
    expect(Math.abs(distance(turned, 0, 26) - distance(still, 0, 26))).toBeGreaterThan(0.1);
    expect(() => moleculeFromAtoms(atoms, 'chain.pdb', 40)).toThrow(/no residue to turn/);
  });

  it('of a file hinge at the neck between two globules', () => {
    const random = new Random(1);
    // Two clouds of Cα joined by a stretched linker, residues 23 to 27.
    const atoms: MoleculeAtom[] = all(50).flatMap((residue) => {
      const x = residue < 23 ? 0 : residue > 27 ? 45 : 10 + (residue - 23) * 6;
      const spread = residue < 23 || residue > 27 ? 10 : 0.5;
      const at = () => (random.uniform() - 0.5) * spread;
      const place = { x: x + at(), y: at(), z: at(), element: 'C', chain: 'B', residueNumber: residue };
      return [
        { ...place, name: 'N', element: 'N' },
        { ...place, x: place.x + 1, name: 'CA' },
      ];
    });
    const hinge = moleculeFromAtoms(atoms, 'two.pdb').hinges[0].moves.indexOf(1) / 2 - 1;
    expect(hinge).toBeGreaterThanOrEqual(22);
    expect(hinge).toBeLessThanOrEqual(27);
  });
});

describe('simulated particles', () => {
  const small = { boxPixels: 16, pixelSizeAngstrom: 8, states: 5, resolutionAngstrom: 20 };

  it('are the same whenever and in whatever order they are read', async () => {
    const whole = await simulate({ ...small, count: 10, seed: 3 }).images.read(all(10));
    const picked = await simulate({ ...small, count: 10, seed: 3 }).images.read([7, 2]);
    expect(picked.subarray(0, 256)).toEqual(whole.subarray(7 * 256, 8 * 256));
    expect(picked.subarray(256)).toEqual(whole.subarray(2 * 256, 3 * 256));
    const other = await simulate({ ...small, count: 10, seed: 4 }).images.read([7]);
    expect(other).not.toEqual(picked.subarray(0, 256));
  });

  it('have the SNR asked for, mean 0 and standard deviation 1', async () => {
    const count = 150;
    const noisy = await simulate({ ...small, count, snr: 0.25 }).images.read(all(count));
    const clean = await simulate({ ...small, count, snr: 0 }).images.read(all(count));
    expect(Math.abs(mean(noisy))).toBeLessThan(0.02);
    expect(Math.abs(variance(noisy) - 1)).toBeLessThan(0.03);
    expect(Math.abs(variance(clean) - 1)).toBeLessThan(0.01);
    // Noisy = √(snr/(1+snr)) clean + √(1/(1+snr)) noise.
    const gain = Math.sqrt(0.25 / 1.25);
    const noise = noisy.map((v, i) => v - gain * clean[i]);
    expect((gain * gain * variance(clean)) / variance(noise)).toBeCloseTo(0.25, 2);
    expect(Math.abs(correlation(noise, clean))).toBeLessThan(0.02);
  });

  it('have noise whose power falls with frequency as it is asked to, at the same SNR', async () => {
    const count = 150;
    const [size, noiseSlope] = [16, 1.5];
    const noisy = await simulate({ ...small, count, snr: 0.25, noiseSlope }).images.read(all(count));
    const clean = await simulate({ ...small, count, snr: 0 }).images.read(all(count));
    const gain = Math.sqrt(0.25 / 1.25);
    const noise = noisy.map((v, i) => v - gain * clean[i]);
    expect((gain * gain * variance(clean)) / variance(noise)).toBeCloseTo(0.25, 1);
    // |transform|² along x at frequency k, by the sum itself.
    const powerAt = (k: number) =>
      mean(
        all(count).map((image) => {
          let [re, im] = [0, 0];
          for (let at = 0; at < size * size; at++) {
            const angle = (2 * Math.PI * k * (at % size)) / size;
            re += noise[image * size * size + at] * Math.cos(angle);
            im += noise[image * size * size + at] * Math.sin(angle);
          }
          return re * re + im * im;
        }),
      );
    // 150 images of two numbers each: 8 % is one standard deviation.
    for (const k of [2, 4, 7]) {
      expect((powerAt(k) / powerAt(1)) * k ** noiseSlope).toBeGreaterThan(0.7);
      expect((powerAt(k) / powerAt(1)) * k ** noiseSlope).toBeLessThan(1.4);
    }
    expect(() => simulate({ ...small, count, noiseSlope: -1 })).toThrow(/--noise-slope/);
  });

  it('are their true map’s slices: Hartley values, shift and CTF as training has them', async () => {
    const count = 4;
    const simulation = simulate({ ...small, boxPixels: 32, pixelSizeAngstrom: 4, count, snr: 0, seed: 1 });
    const images = await simulation.images.read(all(count));
    const { values } = preprocessImages(images, count, 32, { window: false });
    const lattice = makeLattice(32, 14);
    for (let i = 0; i < count; i++) {
      const map = simulation.truth(simulation.state[i]);
      const rotation = simulation.poses.rotations.subarray(9 * i, 9 * i + 9);
      const [observed, ctf] = [new Float32Array(lattice.points), new Float32Array(lattice.points)];
      const measured = Float32Array.from(lattice.index, (at) => values[i * 33 * 33 + at]);
      const [tx, ty] = simulation.poses.translations?.subarray(2 * i, 2 * i + 2) ?? [0, 0];
      shiftHartley(measured, lattice, { tx, ty }, observed);
      ctfAtPoints(simulation.ctf?.subarray(9 * i, 9 * i + 9) ?? [], lattice, ctf);
      // The naive slice: Re − Im of the map's transform at p = (x, y, 0)·R, for every seventh point.
      const some = all(lattice.points).filter((p) => p % 7 === 0);
      const expected = some.map((p) => {
        const k = [0, 1, 2].map((axis) => lattice.x[p] * rotation[axis] + lattice.y[p] * rotation[3 + axis]);
        let sum = 0;
        map.forEach((v, at) => {
          if (v === 0) return;
          const r = [(at % 32) - 16, (Math.floor(at / 32) % 32) - 16, Math.floor(at / 1024) - 16];
          const angle = 2 * Math.PI * (k[0] * r[0] + k[1] * r[1] + k[2] * r[2]);
          sum += v * (Math.cos(angle) + Math.sin(angle));
        });
        return sum * ctf[p];
      });
      expect(
        correlation(
          expected,
          some.map((p) => observed[p]),
        ),
      ).toBeGreaterThan(0.9999);
    }
  });

  it('come in several compositions, each with its states', () => {
    const simulation = simulate({
      ...small,
      count: 400,
      compositions: [
        { name: 'whole', share: 3, absentDomains: [] },
        { name: 'no cap', share: 1, absentDomains: [2] },
      ],
    });
    expect(simulation.stateCount).toBe(10);
    const without = simulation.composition.filter((c) => c === 1).length;
    expect(Math.abs(without - 100)).toBeLessThan(45);
    simulation.state.forEach((state, i) => {
      expect(Math.floor(state / 5)).toBe(simulation.composition[i]);
      expect(simulation.anglesRadians[0][i]).toBeCloseTo(-0.75 + 0.375 * (state % 5), 6);
    });
    const mass = (state: number) => simulation.truth(state).reduce((a, b) => a + b, 0);
    expect(mass(5) / mass(0)).toBeLessThan(0.9);
  });

  it('draw their CTF from a list', () => {
    const rows = Float32Array.of(100, 1, 1e4, 9e3, 5, 200, 2, 0.07, 0, 100, 1, 2e4, 1.9e4, 50, 200, 2, 0.07, 0);
    const { ctf } = simulate({ ...small, count: 20, ctf: rows });
    const drawn = new Set(all(20).map((i) => ctf?.[9 * i + 2]));
    expect(drawn).toEqual(new Set([1e4, 2e4]));
    expect([...(ctf?.subarray(0, 2) ?? [])]).toEqual([16, 8]);
    expect(simulate({ ...small, count: 2, ctf: 'none' }).ctf).toBeNull();
  });

  it('refuse what cannot be', async () => {
    expect(() => simulate({ ...small, count: 0 })).toThrow(/-N/);
    expect(() => simulate({ ...small, count: 1, boxPixels: 15 })).toThrow(/-D/);
    expect(() => simulate({ ...small, count: 1, snr: -1 })).toThrow(/--snr/);
    await expect(simulate({ ...small, count: 1 }).images.read([1])).rejects.toMatchObject({
      code: 'index-out-of-range',
    });
  });
});

describeWithReference('the simulator against reference/hinge', () => {
  /** Fields of an ATOM record at their columns: the test's own reader. */
  const atomsOf = (pdb: string): MoleculeAtom[] =>
    pdb
      .split('\n')
      .filter((line) => line.startsWith('ATOM') && line[21] === 'A' && ' A'.includes(line[16]))
      .map((line) => ({
        x: Number(line.slice(30, 38)),
        y: Number(line.slice(38, 46)),
        z: Number(line.slice(46, 54)),
        element: line.slice(12, 14).trim()[0],
        name: line.slice(12, 16).trim(),
        chain: line[21],
        residueNumber: Number(line.slice(22, 26)),
      }));
  const floats = (path: string, start: number) => new Float32Array(referenceBytes(path).slice(start).buffer);
  const molecule = () =>
    moleculeFromAtoms(atomsOf(new TextDecoder().decode(referenceBytes('pdb/1ake.pdb'))), '1ake.pdb', 120);
  const set = { boxPixels: 32, pixelSizeAngstrom: 4, states: 50, spanRadians: 1.5, resolutionAngstrom: 10 };

  it('makes images of its power spectrum, white on dark', async () => {
    const count = 500;
    const radial = (images: Float32Array) => {
      const { values, standardDeviation } = preprocessImages(images, count, 32, { window: false });
      const sums = Array.from({ length: 16 }, () => [0, 0]);
      for (let i = 0; i < values.length; i++) {
        const [x, y] = [(i % 33) - 16, (Math.floor(i / 33) % 33) - 16];
        const shell = Math.floor(Math.hypot(x, y));
        if (shell > 15) continue;
        sums[shell][0] += (values[i] * standardDeviation) ** 2;
        sums[shell][1]++;
      }
      return sums.map(([power, n]) => power / n / 1024);
    };
    const centre = (images: Float32Array) =>
      mean(images.filter((_, i) => Math.abs((i % 32) - 16) < 4 && Math.abs((Math.floor(i / 32) % 32) - 16) < 4));
    const theirs = floats('hinge/particles.mrcs', 1024).slice(0, count * 1024);
    const ours = await simulate({ ...set, molecule: molecule(), count, snr: 0.1 }).images.read(all(count));
    const [p, q] = [radial(theirs), radial(ours)];
    // 500 images leave a few per cent of scatter in a shell.
    for (let shell = 1; shell < 16; shell++) expect(Math.abs(q[shell] / p[shell] - 1)).toBeLessThan(0.12);
    expect(centre(theirs)).toBeGreaterThan(0.2);
    expect(Math.abs(centre(ours) - centre(theirs))).toBeLessThan(0.08);
  });
});

describe('rotations of a simulation', () => {
  it('come from the seed alone', () => {
    const simulation = simulate({ count: 5, boxPixels: 16, pixelSizeAngstrom: 8, states: 1, seed: 9 });
    expect(simulation.poses.rotations).toEqual(randomRotations(new Random(9, 0), 5));
  });
});

describe('populations', () => {
  const request = { count: 4000, boxPixels: 8, pixelSizeAngstrom: 8, states: 2, ctf: 'none' as const, seed: 4 };
  const compositions = [
    { name: 'whole', share: 1, absentDomains: [] },
    { name: 'without a domain', share: 1, absentDomains: [2] },
  ];

  it('are the shares of the states, those of the second composition after the first', () => {
    const { state, composition } = simulate({ ...request, compositions, populations: [0.5, 0.3, 0.2] });
    const counts = [0, 1, 2, 3].map((wanted) => state.filter((found) => found === wanted).length / request.count);
    [0.5, 0.3, 0.2, 0].forEach((share, i) => expect(Math.abs(counts[i] - share)).toBeLessThan(0.03));
    state.forEach((found, i) => expect(composition[i]).toBe(found < 2 ? 0 : 1));
  });

  it.each([[[0, 0]], [[-1, 2]], [[1, 1, 1]]])('are refused where they do not fit: %j', (populations) => {
    expect(() => simulate({ ...request, populations })).toThrow(
      expect.objectContaining({ code: 'value-out-of-range' }),
    );
  });
});
