import { expect, it } from 'vitest';
import { anglesOf, MOTIONS } from './motions.ts';
import { simulate } from './simulate.ts';
import { twoDomainMolecule } from './two-domain-molecule.ts';

const molecule = twoDomainMolecule();
/** Its first atoms, for what asks only which states are drawn. */
const tiny = { ...molecule, positions: molecule.positions.slice(0, 30), weights: molecule.weights.slice(0, 10) };
const frame = { boxPixels: 16, pixelSizeAngstrom: 8, resolutionAngstrom: 20, snr: 0 };

it.each(MOTIONS)('%s gives as many conformations as asked for, no two the same', (motion) => {
  const states = motion === 'two-hinges' ? 16 : 11;
  const angles = anglesOf({ motion, states, spanRadians: 1.2 }, molecule);
  expect(angles).toHaveLength(states);
  expect(new Set(angles.map(({ anglesRadians }) => anglesRadians.join())).size).toBe(states);
  for (const { anglesRadians } of angles)
    for (const angle of anglesRadians)
      expect(Math.abs(angle)).toBeLessThanOrEqual(motion === 'circular' ? Math.PI : 0.6);
});

it('a circle closes: its last state is as far from the first as any from the next', () => {
  const angles = anglesOf({ motion: 'circular', states: 8, spanRadians: 1 }, molecule).map((c) => c.anglesRadians[0]);
  expect(angles[0] + 2 * Math.PI - angles[7]).toBeCloseTo(angles[1] - angles[0], 12);
});

it('dwells where the motion says', () => {
  const shareOf = (motion: 'cooperative' | 'noncontiguous') => {
    const { state } = simulate({ ...frame, molecule: tiny, count: 3000, motion, states: 9 });
    const counts = new Float64Array(9);
    for (const one of state) counts[one] += 1 / state.length;
    return counts;
  };
  const ends = shareOf('cooperative');
  expect(ends[1] + ends[7]).toBeGreaterThan(0.4);
  expect(ends[4]).toBeLessThan(0.05);
  const gap = shareOf('noncontiguous');
  expect([gap[3], gap[4], gap[5]]).toEqual([0, 0, 0]);
  expect(gap[2]).toBeGreaterThan(0.12);
});

it('two hinges move on their own: labels of both, and the cap moves while the arm rests', () => {
  const set = simulate({ ...frame, count: 200, motion: 'two-hinges', states: 9, spanRadians: 1 });
  expect(set.anglesRadians).toHaveLength(2);
  const [first, second] = set.anglesRadians;
  set.state.forEach((state, i) => {
    expect(first[i]).toBeCloseTo(Math.floor(state / 3) / 2 - 0.5, 6);
    expect(second[i]).toBeCloseTo((state % 3) / 2 - 0.5, 6);
  });
  expect(set.truth(0)).not.toEqual(set.truth(1));
});

it('refuses what a molecule or a number of states cannot do', () => {
  const one = { ...molecule, hinges: molecule.hinges.slice(0, 1) };
  expect(() => anglesOf({ motion: 'two-hinges', states: 9, spanRadians: 1 }, one)).toThrow(
    expect.objectContaining({ code: 'value-out-of-range' }),
  );
  expect(() => anglesOf({ motion: 'two-hinges', states: 8, spanRadians: 1 }, molecule)).toThrow(/cannot move/);
  expect(() => anglesOf({ motion: 'noncontiguous', states: 2, spanRadians: 1 }, molecule)).toThrow(/cannot move/);
});

it('tilted images show the particle turned about x, elsewhere and with other noise', async () => {
  const still = { ...frame, states: 1, ctf: 'none' as const, shiftPixels: 0, count: 4 };
  const { images, poses, tilted } = simulate({ ...still, tiltDegrees: 90, seed: 2 });
  if (!tilted) throw new Error('no tilted images');
  const [plain, turned] = [await images.read([1]), await tilted.images.read([1])];
  // Both views share the tilt axis: with no shift and no noise their sums across it agree.
  const along = (image: Float32Array) =>
    Array.from({ length: 16 }, (_, x) =>
      Array.from({ length: 16 }, (_, y) => image[16 * y + x]).reduce((a, b) => a + b),
    );
  const [a, b] = [along(plain), along(turned)];
  a.forEach((value, x) => expect(Math.abs(value - b[x])).toBeLessThan(0.05 * Math.max(...a)));
  expect(plain).not.toEqual(turned);
  // Rx(90°)·R: the second row becomes minus the third, the third the second.
  for (let c = 0; c < 3; c++) {
    expect(tilted.poses.rotations[9 + 3 + c]).toBeCloseTo(-poses.rotations[9 + 6 + c], 6);
    expect(tilted.poses.rotations[9 + 6 + c]).toBeCloseTo(poses.rotations[9 + 3 + c], 6);
  }
  const noisy = simulate({ ...still, snr: 0.1, tiltDegrees: 0, seed: 2 });
  expect(await noisy.tilted?.images.read([0])).not.toEqual(await noisy.images.read([0]));
});
