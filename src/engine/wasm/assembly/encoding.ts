// The positional encoding of 8 rows at a time: features sin(w·p) and cos(w·p) as panels [feature][8]. Phases are taken
// in double precision and in turns, so that high frequencies keep the accuracy of float32 features.
// Coordinates of a panel: x, y and z of 8 rows each, float64 (192 bytes).
import { Header } from '../header-fields';
import { pointer, word } from './header';
import { storeSinCos } from './trigonometry';

/** A wave of the table: float64 (x, y, z) in turns per lattice coordinate, then the features of its sine and cosine. */
const WAVE_BYTES: usize = 32;
export const COORDINATE_BYTES: usize = 192;

@inline
function turnsOf(p: usize, wx: v128, wy: v128, wz: v128, row: usize): v128 {
  const t = f64x2.add(
    f64x2.add(f64x2.mul(wx, v128.load(p + row)), f64x2.mul(wy, v128.load(p + row, 64))),
    f64x2.mul(wz, v128.load(p + row, 128)),
  );
  return f32x4.demote_f64x2_zero(f64x2.sub(t, f64x2.nearest(t)));
}

/** Features of `panels` panels of coordinates; unused features are written to the row behind the last. */
export function encode(panels: i32, coordinates: usize, out: usize, outStride: i32): void {
  const waves = word(Header.waves);
  const table = pointer(Header.waveTable);
  for (let panel = 0; panel < panels; panel++) {
    const p = coordinates + <usize>panel * COORDINATE_BYTES;
    const to = out + <usize>panel * outStride;
    if (waves === 0) copyCoordinates(p, to);
    for (let wave = 0; wave < waves; wave++) {
      const w = table + <usize>wave * WAVE_BYTES;
      const wx = v128.load_splat<f64>(w, 0);
      const wy = v128.load_splat<f64>(w, 8);
      const wz = v128.load_splat<f64>(w, 16);
      const sine = to + ((<usize>load<i32>(w, 24)) << 5);
      const cosine = to + ((<usize>load<i32>(w, 28)) << 5);
      for (let part: usize = 0; part < 2; part++) {
        const turns = v128.shuffle<f32>(
          turnsOf(p, wx, wy, wz, part << 5),
          turnsOf(p, wx, wy, wz, (part << 5) + 16),
          0, 1, 4, 5,
        );
        storeSinCos(turns, sine + (part << 4), cosine + (part << 4));
      }
    }
  }
}

/** The encoding `none`: the coordinates are the features. */
function copyCoordinates(p: usize, to: usize): void {
  for (let i: usize = 0; i < 24; i++) store<f32>(to + (i << 2), <f32>load<f64>(p + (i << 3)));
}

/**
 * Coordinates of panels `from …` of an image with the rotation at `rotation` (row-major 3×3): p = (x, y, 0)·R. Domain
 * 'fourier': turned into the half space z < 0 (or z = 0, y < 0; or z = y = 0, x ≤ 0), `flips` ±1 says where not and
 * where. Domain 'hartley': the second half of the rows are the mirror points.
 */
export function slice(rotation: usize, from: i32, panels: i32, coordinates: usize, flips: usize): void {
  const rxx = <f64>load<f32>(rotation, 0), rxy = <f64>load<f32>(rotation, 4), rxz = <f64>load<f32>(rotation, 8);
  const ryx = <f64>load<f32>(rotation, 12), ryy = <f64>load<f32>(rotation, 16), ryz = <f64>load<f32>(rotation, 20);
  const halfRows = word(Header.halfRows);
  const hermitian = word(Header.channels) === 2;
  const halfX = pointer(Header.halfX);
  const halfY = pointer(Header.halfY);
  for (let r = 0; r < panels << 3; r++) {
    const row = (from << 3) + r;
    const mirrored = row >= halfRows;
    const at = (<usize>(mirrored ? row - halfRows : row)) << 3;
    const kx = load<f64>(halfX + at);
    const ky = load<f64>(halfY + at);
    const x = kx * rxx + ky * ryx;
    const y = kx * rxy + ky * ryy;
    const z = kx * rxz + ky * ryz;
    const turned = hermitian ? z > 0 || (z === 0 && (y > 0 || (y === 0 && x > 0))) : mirrored;
    const sign: f64 = turned ? -1 : 1;
    const p = coordinates + <usize>(r >> 3) * COORDINATE_BYTES + ((<usize>(r & 7)) << 3);
    store<f64>(p, sign * x, 0);
    store<f64>(p, sign * y, 64);
    store<f64>(p, sign * z, 128);
    store<f32>(flips + ((<usize>r) << 2), <f32>sign);
  }
}
