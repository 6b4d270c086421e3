import { describe, expect, it } from 'vitest';
import { Random } from '../../geometry/random.ts';
import { randomRotations } from '../../geometry/rotation.ts';
import { borderShare, directionCounts, effectiveDirections, poseReport, type PosesSeen } from './report.ts';

const COUNT = 400;
const spread = randomRotations(new Random(3), COUNT);
const alike = Float32Array.from({ length: 9 * COUNT }, (_, i) => spread[i % 9]);
const seen = (values: Partial<PosesSeen>): PosesSeen => ({
  ...{ stage: 'refine', epoch: 0, fraction: 1, message: '', rotations: spread, before: null, atBorder: 0.4 },
  ...{ borderIfEven: null, classCounts: null, error: 1, evidence: null },
  ...values,
});
const codes = (values: Partial<PosesSeen>) => poseReport(seen(values)).notices.map(({ code }) => code);

describe('a report of poses', () => {
  it('counts directions, and how many hold the images', () => {
    const counts = directionCounts(spread);
    expect(counts).toHaveLength(192);
    expect(counts.reduce((a, b) => a + b, 0)).toBe(COUNT);
    // 400 drawn at random over 192 equal areas: about as many as e to the entropy of such counts.
    expect(effectiveDirections(counts)).toBeGreaterThan(130);
    expect(effectiveDirections(directionCounts(alike))).toBeCloseTo(1, 9);
    expect(effectiveDirections([5, 5, 0, 5])).toBeCloseTo(3, 9);
  });

  it('warns of directions that collapse, though not of the blobs that a start begins with', () => {
    expect(codes({ rotations: alike })).toEqual(['directions-collapsed']);
    expect(codes({ rotations: alike, stage: 'search' })).toEqual(['directions-collapsed']);
    expect(codes({ rotations: alike, stage: 'start' })).toEqual([]);
    expect(codes({})).toEqual([]);
  });

  it('warns of a map that fits like noise, and of shifts at the border', () => {
    expect(codes({ evidence: 12.4 })).toEqual(['map-like-noise']);
    expect(codes({ evidence: 74 })).toEqual([]);
    expect(borderShare([7, 7])).toBeCloseTo(24 / 49, 12);
    expect(borderShare([2, 7])).toBeNull();
    expect([0.55, 0.65].map((atBorder) => codes({ atBorder, borderIfEven: 0.5 }))).toEqual([[], ['shifts-at-border']]);
  });

  it('tells which share of poses has moved, and the images of each class', () => {
    const before = spread.slice();
    // A quarter of the images seen from the other side.
    for (let i = 0; i < COUNT / 4; i++) for (let k = 3; k < 9; k++) before[9 * i + k] *= -1;
    const report = poseReport(seen({ before, classCounts: [300, 100] }));
    expect(report.moving).toBeCloseTo(0.25, 12);
    expect(report.medianMoveDegrees).toBeCloseTo(0, 1);
    expect(report.classes).toEqual([300, 100]);
    expect(poseReport(seen({})).classes).toEqual([COUNT]);
    expect(poseReport(seen({})).moving).toBeNull();
  });
});
