// Slices of a volume's Fourier cube by trilinear interpolation: the point (x, y) of a slice with rotation R lies at
// (x, y, 0)·R. Eight slices make a panel [2·points][8], Re and Im of a point in turn.
import { Scoring } from '../scoring-fields';
import { at, float, int } from './scoring-header';

/** Value at (x, y, z) steps from the first corner: Re and Im in the first two lanes. */
@inline
function trilinear(cube: usize, side: usize, x: f32, y: f32, z: f32): v128 {
  const fx = floor(x);
  const fy = floor(y);
  const fz = floor(z);
  const dx = x - fx;
  const dy = y - fy;
  const dz = z - fz;
  const row = side << 3;
  const corner = cube + ((((<usize>fz) * side + <usize>fy) * side + <usize>fx) << 3);
  const far = corner + row * side;
  // A load holds two neighbours along x.
  const near0 = v128.load(corner);
  const near1 = v128.load(corner + row);
  const far0 = v128.load(far);
  const far1 = v128.load(far + row);
  const wy = f32x4.splat(dy);
  const near = f32x4.add(near0, f32x4.mul(wy, f32x4.sub(near1, near0)));
  const beyond = f32x4.add(far0, f32x4.mul(wy, f32x4.sub(far1, far0)));
  const plane = f32x4.add(near, f32x4.mul(f32x4.splat(dz), f32x4.sub(beyond, near)));
  const right = v128.shuffle<f32>(plane, plane, 2, 3, 2, 3);
  return f32x4.add(plane, f32x4.mul(f32x4.splat(dx), f32x4.sub(right, plane)));
}

/** Lane `lane` of a panel: the slice of `cube` at the 3×3 floats of `rotation`. */
export function sliceInto(panel: usize, lane: i32, cube: usize, rotation: usize): void {
  const points = int(Scoring.points);
  const reach = int(Scoring.reach);
  const side = <usize>(2 * reach + 1);
  const scale = float(Scoring.cubeScale);
  const origin = <f32>reach;
  const xx = load<f32>(rotation, 0) * scale;
  const xy = load<f32>(rotation, 4) * scale;
  const xz = load<f32>(rotation, 8) * scale;
  const yx = load<f32>(rotation, 12) * scale;
  const yy = load<f32>(rotation, 16) * scale;
  const yz = load<f32>(rotation, 20) * scale;
  let px = at(Scoring.pointX);
  let py = at(Scoring.pointY);
  let out = panel + ((<usize>lane) << 2);
  for (let p = 0; p < points; p++) {
    const x = load<f32>(px);
    const y = load<f32>(py);
    const value = trilinear(cube, side, x * xx + y * yx + origin, x * xy + y * yy + origin, x * xz + y * yz + origin);
    store<f32>(out, f32x4.extract_lane(value, 0), 0);
    store<f32>(out, f32x4.extract_lane(value, 1), 32);
    px += 4;
    py += 4;
    out += 64;
  }
}

/** Lane `lane` of a panel from a slice that was given, points×2. */
export function copyInto(panel: usize, lane: i32, given: usize): void {
  let out = panel + ((<usize>lane) << 2);
  for (let i = 2 * int(Scoring.points); i > 0; i--) {
    store<f32>(out, load<f32>(given));
    given += 4;
    out += 32;
  }
}

export function clearLane(panel: usize, lane: i32): void {
  let out = panel + ((<usize>lane) << 2);
  for (let i = 2 * int(Scoring.points); i > 0; i--) {
    store<f32>(out, 0);
    out += 32;
  }
}

/** |S|² of a panel: [points][8]. */
export function squarePanel(panel: usize, out: usize): void {
  for (let p = int(Scoring.points); p > 0; p--) {
    const re0 = v128.load(panel, 0);
    const re1 = v128.load(panel, 16);
    const im0 = v128.load(panel, 32);
    const im1 = v128.load(panel, 48);
    v128.store(out, f32x4.add(f32x4.mul(re0, re0), f32x4.mul(im0, im0)), 0);
    v128.store(out, f32x4.add(f32x4.mul(re1, re1), f32x4.mul(im1, im1)), 16);
    panel += 64;
    out += 32;
  }
}

/** Panel `number` of the shared slices: rotations of each volume in turn, or given ones; zeros beyond the last. */
export function sharedPanel(number: i32, panel: usize): void {
  const slices = int(Scoring.slices);
  const perVolume = int(Scoring.perVolume);
  const given = at(Scoring.given);
  for (let lane = 0; lane < 8; lane++) {
    const row = 8 * number + lane;
    if (row >= slices) clearLane(panel, lane);
    else if (given) copyInto(panel, lane, given + (<usize>(2 * row * int(Scoring.points)) << 2));
    else {
      const volume = row / perVolume;
      sliceInto(
        panel,
        lane,
        at(Scoring.cubes) + <usize>volume * at(Scoring.cubeBytes),
        at(Scoring.rotations) + <usize>(36 * (row - volume * perVolume)),
      );
    }
  }
}
