import { describe, expect, it } from 'vitest';
import { Random } from '../geometry/random.ts';
import { planeOf, projectionAlongZ } from './planes.ts';
import { mapStatistics, withSuggestedLevel } from './statistics.ts';
import { type SurfaceMesh, surfaceNets } from './surface-nets.ts';

/** Map of side d whose value at voxel (x, y, z), counted from the centre d/2, is `at(x, y, z)`. */
function mapOf(d: number, at: (x: number, y: number, z: number) => number): Float32Array {
  return Float32Array.from({ length: d ** 3 }, (_, v) =>
    at((v % d) - d / 2, (Math.floor(v / d) % d) - d / 2, Math.floor(v / (d * d)) - d / 2),
  );
}

function measure({ positions, indices }: SurfaceMesh) {
  let area = 0;
  let volume = 0;
  const edges = new Map<string, number>();
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [0, 1, 2].map((k) => Array.from(positions.subarray(3 * indices[t + k], 3 * indices[t + k] + 3)));
    const [u, w] = [b, c].map((p) => p.map((value, d) => value - a[d]));
    const cross = [u[1] * w[2] - u[2] * w[1], u[2] * w[0] - u[0] * w[2], u[0] * w[1] - u[1] * w[0]];
    area += Math.hypot(...cross) / 2;
    volume += cross.reduce((sum, value, d) => sum + value * a[d], 0) / 6;
    for (let k = 0; k < 3; k++) {
      const edge = `${indices[t + k]}>${indices[t + ((k + 1) % 3)]}`;
      edges.set(edge, (edges.get(edge) ?? 0) + 1);
    }
  }
  const closed = [...edges].every(([edge, times]) => times === 1 && edges.has(edge.split('>').reverse().join('>')));
  return { area, volume, closed, euler: positions.length / 3 - edges.size / 2 + indices.length / 3 };
}

describe('isosurface', () => {
  const radius = 11.3;
  const ball = mapOf(32, (x, y, z) => radius - Math.hypot(x, y, z));

  it('of a ball has its area and volume, is closed, and turns outward', () => {
    const pixelSize = 1.5;
    const mesh = surfaceNets(ball, 32, pixelSize, 0);
    const { area, volume, closed, euler } = measure(mesh);
    const r = radius * pixelSize;
    // The vertices lie on chords within cells: a little inside.
    expect(area / (4 * Math.PI * r ** 2)).toBeCloseTo(1, 1.7);
    expect(volume / ((4 / 3) * Math.PI * r ** 3)).toBeCloseTo(1, 1.7);
    expect(closed).toBe(true);
    expect(euler).toBe(2);
  });

  it('has unit normals that point away from a ball, and vertices on it, off centre and anisotropic axes told apart', () => {
    const [cx, cy, cz] = [3, -2, 1];
    const shifted = mapOf(32, (x, y, z) => 8 - Math.hypot(x - cx, y - cy, z - cz));
    const { positions, normals } = surfaceNets(shifted, 32, 2, 0);
    expect(positions.length).toBeGreaterThan(1000);
    for (let v = 0; v < positions.length; v += 3) {
      const out = [positions[v] / 2 - cx, positions[v + 1] / 2 - cy, positions[v + 2] / 2 - cz];
      const distance = Math.hypot(...out);
      expect(Math.abs(distance - 8)).toBeLessThan(0.1);
      const cosine = out.reduce((sum, value, d) => sum + (value / distance) * normals[v + d], 0);
      expect(cosine).toBeGreaterThan(0.995);
    }
  });

  it('of a ring has a hole', () => {
    const ring = mapOf(40, (x, y, z) => 5 - Math.hypot(Math.hypot(x, y) - 11, z));
    const { euler, closed, volume } = measure(surfaceNets(ring, 40, 1, 0));
    expect(closed).toBe(true);
    expect(euler).toBe(0);
    expect(volume / (2 * Math.PI ** 2 * 11 * 25)).toBeCloseTo(1, 1);
  });

  it('makes no vertex twice and uses every one but at the faces of the box, even in noise', () => {
    const random = new Random(6);
    const noise = Float32Array.from({ length: 12 ** 3 }, () => random.normal());
    const { positions, indices } = surfaceNets(noise, 12, 1, 0.3);
    const places = new Set(
      Array.from({ length: positions.length / 3 }, (_, v) => positions.subarray(3 * v, 3 * v + 3).join()),
    );
    expect(places.size).toBe(positions.length / 3);
    expect(indices.every((index) => index < positions.length / 3)).toBe(true);
    const used = new Set(indices);
    for (let v = 0; v < positions.length / 3; v++) {
      const inner = Array.from(positions.subarray(3 * v, 3 * v + 3)).every((p) => p > -5 && p < 4);
      if (inner) expect(used.has(v)).toBe(true);
    }
  });

  it('is empty above the maximum and survives voxels that are not numbers', () => {
    expect(surfaceNets(ball, 32, 1, 100).indices).toHaveLength(0);
    const spoiled = ball.slice();
    spoiled[16 * 1024 + 16 * 32 + 16 + 11] = NaN;
    const { positions, normals } = surfaceNets(spoiled, 32, 1, 0);
    expect(positions.every(Number.isFinite) && normals.every(Number.isFinite)).toBe(true);
  });
});

describe('statistics of a map', () => {
  it('are those of a map of known values', () => {
    const { min, max, mean, standardDeviation, histogram } = mapStatistics(Float32Array.of(0, 0, 0, 4, NaN));
    expect({ min, max, mean, standardDeviation }).toEqual({ min: 0, max: 4, mean: 1, standardDeviation: Math.sqrt(3) });
    expect(histogram[0]).toBe(3);
    expect(histogram[255]).toBe(1);
  });

  it('suggest mean + 3 sd where that shows between 0.3 % and 4 % of the box', () => {
    const ball = mapOf(32, (x, y, z) => (Math.hypot(x, y, z) < 5 ? 1 : 0.02 * Math.sin(x)));
    const { mean, standardDeviation, suggestedLevel } = mapStatistics(ball);
    expect(suggestedLevel).toBeCloseTo(mean + 3 * standardDeviation, 6);
  });

  it('never suggest a level that shows almost nothing', () => {
    const spikes = mapOf(32, (x, y, z) =>
      x === 0 && y === 0 && z === 0 ? 1000 : Math.hypot(x, y, z) < 6 ? 1 : 0.001 * x,
    );
    const { mean, standardDeviation, suggestedLevel } = mapStatistics(spikes);
    expect(mean + 3 * standardDeviation).toBeGreaterThan(10);
    expect(suggestedLevel).toBeLessThanOrEqual(1);
    const shown = spikes.filter((value) => value >= suggestedLevel).length / spikes.length;
    expect(shown).toBeGreaterThanOrEqual(0.003);
  });

  it('suggest the same level from counts alone, or none where counts do not tell it', () => {
    const noise = new Random(3);
    const blob = mapOf(48, (x, y, z) => 8 * Math.exp(-(x * x + y * y + z * z) / 60) + 0.6 * noise.normal());
    const { suggestedLevel, ...counted } = mapStatistics(blob);
    const bin = (counted.max - counted.min) / 256;
    const fromCounts = withSuggestedLevel(counted);
    expect(fromCounts).not.toBeNull();
    expect(Math.abs((fromCounts?.suggestedLevel ?? NaN) - suggestedLevel)).toBeLessThan(1.5 * bin);
    const spikes = mapOf(32, (x, y, z) => (x === 0 && y === 0 && z === 0 ? 1000 : Math.hypot(x, y, z) < 6 ? 1 : 0));
    expect(withSuggestedLevel(mapStatistics(spikes))).toBeNull();
  });
});

describe('planes', () => {
  it('takes the values of the plane asked for, as an array of its own', () => {
    const D = 4;
    const values = Float32Array.from({ length: 64 }, (_, i) => i);
    expect(planeOf(values, D, 'z', 2)[1 * D + 3]).toBe((2 * D + 1) * D + 3);
    expect(planeOf(values, D, 'y', 2)[1 * D + 3]).toBe((1 * D + 2) * D + 3);
    expect(planeOf(values, D, 'x', 2)[1 * D + 3]).toBe((1 * D + 3) * D + 2);
    for (const axis of ['x', 'y', 'z'] as const) expect(planeOf(values, D, axis, 1).buffer.byteLength).toBe(64);
  });

  it('sums a map along z', () => {
    expect([
      ...projectionAlongZ(
        Float32Array.from({ length: 8 }, (_, i) => i),
        2,
      ),
    ]).toEqual([4, 6, 8, 10]);
  });
});
