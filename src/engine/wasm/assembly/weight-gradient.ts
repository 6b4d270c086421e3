// Gradients of weights and biases: dW[unit][input] = Σ_rows dz[unit][row]·x[input][row], 8 units × 4 inputs at a time.
// Units are the lanes, as the weight's panels [units/4][input][4] want them: dz of eight units is turned for that, once
// for all inputs. (With rows as the lanes, sums across lanes at the end of each tile cost a third of its time.)
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

/**
 * dz of 8 units (4 where not `wide`), from panels [unit][8] to rows [row][8], the second four at 16 bytes. What was
 * lanes becomes units, so that a gradient's sums need not be added across lanes.
 */
function turn(panels: i32, dz: usize, dzStride: i32, wide: bool, out: usize): void {
  const used: usize = wide ? 256 : 128;
  for (let panel = 0; panel < panels; panel++) {
    for (let part: usize = 0; part < used; part += 128) {
      for (let half: usize = 0; half < 32; half += 16) {
        const at = dz + part + half;
        const a = v128.load(at, 0);
        const b = v128.load(at, 32);
        const c = v128.load(at, 64);
        const d = v128.load(at, 96);
        const ab01 = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
        const ab23 = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
        const cd01 = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
        const cd23 = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
        const into = out + (half << 3) + (part >> 3);
        v128.store(into, v128.shuffle<f32>(ab01, cd01, 0, 1, 4, 5), 0);
        v128.store(into, v128.shuffle<f32>(ab01, cd01, 2, 3, 6, 7), 32);
        v128.store(into, v128.shuffle<f32>(ab23, cd23, 0, 1, 4, 5), 64);
        v128.store(into, v128.shuffle<f32>(ab23, cd23, 2, 3, 6, 7), 96);
      }
    }
    dz += dzStride;
    out += 256;
  }
}

@inline
function keep(at: usize, a: v128, b: v128, c: v128, d: v128, add: bool): void {
  if (add) {
    a = f32x4.add(a, v128.load(at, 0));
    b = f32x4.add(b, v128.load(at, 16));
    c = f32x4.add(c, v128.load(at, 32));
    d = f32x4.add(d, v128.load(at, 48));
  }
  v128.store(at, a, 0);
  v128.store(at, b, 16);
  v128.store(at, c, 32);
  v128.store(at, d, 48);
}

/** 8 units × 4 inputs; the second four units go to `out` + `next`. */
function tile(panels: i32, turned: usize, x: usize, xStride: i32, out: usize, next: usize, add: bool): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  const leap = <usize>xStride - 32;
  for (; panels > 0; panels--) {
    const end = x + 32;
    do {
      const g0 = v128.load(turned, 0);
      const g1 = v128.load(turned, 16);
      let s = v128.load_splat<f32>(x, 0);
      a0 = multiplyAdd(s, g0, a0);
      a1 = multiplyAdd(s, g1, a1);
      s = v128.load_splat<f32>(x, 32);
      b0 = multiplyAdd(s, g0, b0);
      b1 = multiplyAdd(s, g1, b1);
      s = v128.load_splat<f32>(x, 64);
      c0 = multiplyAdd(s, g0, c0);
      c1 = multiplyAdd(s, g1, c1);
      s = v128.load_splat<f32>(x, 96);
      d0 = multiplyAdd(s, g0, d0);
      d1 = multiplyAdd(s, g1, d1);
      x += 4;
      turned += 32;
    } while (x !== end);
    x += leap;
  }
  keep(out, a0, b0, c0, d0, add);
  keep(out + next, a1, b1, c1, d1, add);
}

/** 4 units × 4 inputs. */
function narrowTile(panels: i32, turned: usize, x: usize, xStride: i32, out: usize, add: bool): void {
  let a = f32x4.splat(0), b = a, c = a, d = a;
  const leap = <usize>xStride - 32;
  for (; panels > 0; panels--) {
    const end = x + 32;
    do {
      const g = v128.load(turned, 0);
      a = multiplyAdd(v128.load_splat<f32>(x, 0), g, a);
      b = multiplyAdd(v128.load_splat<f32>(x, 32), g, b);
      c = multiplyAdd(v128.load_splat<f32>(x, 64), g, c);
      d = multiplyAdd(v128.load_splat<f32>(x, 96), g, d);
      x += 4;
      turned += 32;
    } while (x !== end);
    x += leap;
  }
  keep(out, a, b, c, d, add);
}

/**
 * dW of units `from … to−1`; `add` accumulates, else overwrites. `inputs` is a multiple of 4. `scratch` holds 256 bytes
 * a panel: eight units stay in the first cache while all of x passes.
 */
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
  scratch: usize,
): void {
  const next = (<usize>inputs) << 4;
  for (let unit = from; unit < to; unit += 8) {
    const wide = unit + 8 <= to;
    turn(panels, dz + ((<usize>unit) << 5), dzStride, wide, scratch);
    let rows = x;
    let into = out + (<usize>unit >> 2) * next;
    for (let input = 0; input < inputs; input += 4) {
      if (wide) tile(panels, scratch, rows, xStride, into, next, add);
      else narrowTile(panels, scratch, rows, xStride, into, add);
      rows += 128;
      into += 64;
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
