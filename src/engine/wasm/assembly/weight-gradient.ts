// Gradients of weights and biases: dW[unit][input] = Σ_rows dz[unit][row]·x[input][row], 4 units × 2 inputs at a time.
// Rows are the lanes: partial sums of every fourth row, added across lanes at the end, which gives the four units of one
// input side by side, as the weight's panels [units/4][input][4] want them.
import { multiplyAdd } from './product';

/** The four lane sums of a, b, c, d as one vector. */
@inline
function laneSums(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

function tile(panels: i32, dz: usize, dzStride: i32, x: usize, xStride: i32, out: usize, add: bool): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  // Half a panel a turn: with both halves in one turn V8 keeps more vectors than there are registers.
  const xLeap = <usize>xStride - 16;
  const dzLeap = <usize>dzStride - 16;
  for (let half = panels << 1; half > 0; half--) {
    const x0 = v128.load(x, 0);
    const x1 = v128.load(x, 32);
    let g = v128.load(dz, 0);
    a0 = multiplyAdd(g, x0, a0);
    a1 = multiplyAdd(g, x1, a1);
    g = v128.load(dz, 32);
    b0 = multiplyAdd(g, x0, b0);
    b1 = multiplyAdd(g, x1, b1);
    g = v128.load(dz, 64);
    c0 = multiplyAdd(g, x0, c0);
    c1 = multiplyAdd(g, x1, c1);
    g = v128.load(dz, 96);
    d0 = multiplyAdd(g, x0, d0);
    d1 = multiplyAdd(g, x1, d1);
    const odd = half & 1;
    x += odd ? xLeap : 16;
    dz += odd ? dzLeap : 16;
  }
  let first = laneSums(a0, b0, c0, d0);
  let second = laneSums(a1, b1, c1, d1);
  if (add) {
    first = f32x4.add(first, v128.load(out, 0));
    second = f32x4.add(second, v128.load(out, 16));
  }
  v128.store(out, first, 0);
  v128.store(out, second, 16);
}

/** Units of 16 panels that take half of a first cache of 32 KB. */
const UNITS_IN_CACHE: i32 = 32;

/** dW of units `from … to−1`; `add` accumulates, else overwrites. `inputs` is a multiple of 4. */
export function weightGradient(
  panels: i32,
  dz: usize,
  dzStride: i32,
  x: usize,
  xStride: i32,
  inputs: i32,
  from: i32,
  to: i32,
  out: usize,
  add: bool,
): void {
  // dz of a block of units stays in the first cache while x passes.
  for (let block = from; block < to; block += UNITS_IN_CACHE) {
    const end = min(to, block + UNITS_IN_CACHE);
    for (let input = 0; input < inputs; input += 2) {
      for (let unit = block; unit < end; unit += 4) {
        tile(
          panels,
          dz + ((<usize>unit) << 5),
          dzStride,
          x + ((<usize>input) << 5),
          xStride,
          out + ((<usize>((unit >> 2) * inputs + input)) << 4),
          add,
        );
      }
    }
  }
}

/** Sums over rows of units `from … to−1`: the gradient of a bias. */
export function rowSums(panels: i32, dz: usize, dzStride: i32, from: i32, to: i32, out: usize, add: bool): void {
  for (let unit = from; unit < to; unit += 4) {
    let a = f32x4.splat(0), b = a, c = a, d = a;
    let at = dz + ((<usize>unit) << 5);
    for (let panel = 0; panel < panels; panel++) {
      a = f32x4.add(a, f32x4.add(v128.load(at, 0), v128.load(at, 16)));
      b = f32x4.add(b, f32x4.add(v128.load(at, 32), v128.load(at, 48)));
      c = f32x4.add(c, f32x4.add(v128.load(at, 64), v128.load(at, 80)));
      d = f32x4.add(d, f32x4.add(v128.load(at, 96), v128.load(at, 112)));
      at += dzStride;
    }
    const to4 = out + ((<usize>unit) << 2);
    let sums = laneSums(a, b, c, d);
    if (add) sums = f32x4.add(sums, v128.load(to4));
    v128.store(to4, sums);
  }
}

/** Transposed panels [inputs/4][outputs][4] of the weight's [outputs/4][inputs][4], for input blocks `from … to−1` of 4. */
export function transposePanels(weight: usize, inputs: i32, outputs: i32, from: i32, to: i32, out: usize): void {
  for (let block = from; block < to; block++) {
    for (let unit = 0; unit < outputs; unit += 4) {
      const at = weight + ((<usize>((unit >> 2) * inputs + (block << 2))) << 4);
      const a = v128.load(at, 0);
      const b = v128.load(at, 16);
      const c = v128.load(at, 32);
      const d = v128.load(at, 48);
      const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      const into = out + ((<usize>(block * outputs + unit)) << 4);
      v128.store(into, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5), 0);
      v128.store(into, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7), 16);
      v128.store(into, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), 32);
      v128.store(into, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7), 48);
    }
  }
}
