// Products of the network: 4 units × 8 rows at a time, operands in panels so that both stream in order.
// Activations: panels of 8 rows, [unit][8]. Weights: panels of 4 units, [input][4]. The epilogue adds bias and residual,
// then applies the activation (forward) or its derivative by the sign of the kept activation (backward).

/** c + a·b: one rounding where the machine has relaxed SIMD, else two. */
@inline
export function multiplyAdd(a: v128, b: v128, c: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return f32x4.relaxed_madd(a, b, c);
  return f32x4.add(f32x4.mul(a, b), c);
}

/** Whether this machine rounds a·b + c once: the rest of `factor`² beside its rounded value is left then, else nothing. */
export function fuses(factor: f32): bool {
  const a = f32x4.splat(factor);
  return f32x4.extract_lane(multiplyAdd(a, a, f32x4.splat(-(factor * factor))), 0) !== 0;
}

@inline
function activated(v: v128, slope: v128): v128 {
  // pmax is one instruction on x64 where max, strict on −0 and NaN, is nine.
  return f32x4.pmax(v, f32x4.mul(v, slope));
}
@inline
function gated(v: v128, kept: v128, slope: v128): v128 {
  return v128.bitselect(v, f32x4.mul(v, slope), f32x4.gt(kept, f32x4.splat(0)));
}

/**
 * One tile: out[4][8] = epilogue(Σ_k w[k][4]·x[k][8]). Zero pointers leave out bias,
 * residual or gate; `activate` applies the activation.
 */
export function tile(
  x: usize,
  w: usize,
  inputs: i32,
  bias: usize,
  residual: usize,
  gate: usize,
  out: usize,
  activate: bool,
  slope: v128,
): void {
  let a0 = f32x4.splat(0), a1 = a0, b0 = a0, b1 = a0, c0 = a0, c1 = a0, d0 = a0, d1 = a0;
  if (bias) {
    a0 = v128.load_splat<f32>(bias, 0);
    a1 = a0;
    b0 = v128.load_splat<f32>(bias, 4);
    b1 = b0;
    c0 = v128.load_splat<f32>(bias, 8);
    c1 = c0;
    d0 = v128.load_splat<f32>(bias, 12);
    d1 = d0;
  }
  const end = w + ((<usize>inputs) << 4);
  // Two inputs a turn. The question between them keeps V8 from loading for both at once, which needs more vectors than
  // there are registers and costs 15–30 %.
  while (w < end) {
    let x0 = v128.load(x, 0);
    let x1 = v128.load(x, 16);
    let s = v128.load_splat<f32>(w, 0);
    a0 = multiplyAdd(s, x0, a0);
    a1 = multiplyAdd(s, x1, a1);
    s = v128.load_splat<f32>(w, 4);
    b0 = multiplyAdd(s, x0, b0);
    b1 = multiplyAdd(s, x1, b1);
    s = v128.load_splat<f32>(w, 8);
    c0 = multiplyAdd(s, x0, c0);
    c1 = multiplyAdd(s, x1, c1);
    s = v128.load_splat<f32>(w, 12);
    d0 = multiplyAdd(s, x0, d0);
    d1 = multiplyAdd(s, x1, d1);
    w += 16;
    if (w !== end) {
      x0 = v128.load(x, 32);
      x1 = v128.load(x, 48);
      s = v128.load_splat<f32>(w, 0);
      a0 = multiplyAdd(s, x0, a0);
      a1 = multiplyAdd(s, x1, a1);
      s = v128.load_splat<f32>(w, 4);
      b0 = multiplyAdd(s, x0, b0);
      b1 = multiplyAdd(s, x1, b1);
      s = v128.load_splat<f32>(w, 8);
      c0 = multiplyAdd(s, x0, c0);
      c1 = multiplyAdd(s, x1, c1);
      s = v128.load_splat<f32>(w, 12);
      d0 = multiplyAdd(s, x0, d0);
      d1 = multiplyAdd(s, x1, d1);
      w += 16;
    }
    x += 64;
  }
  if (residual) {
    a0 = f32x4.add(a0, v128.load(residual, 0));
    a1 = f32x4.add(a1, v128.load(residual, 16));
    b0 = f32x4.add(b0, v128.load(residual, 32));
    b1 = f32x4.add(b1, v128.load(residual, 48));
    c0 = f32x4.add(c0, v128.load(residual, 64));
    c1 = f32x4.add(c1, v128.load(residual, 80));
    d0 = f32x4.add(d0, v128.load(residual, 96));
    d1 = f32x4.add(d1, v128.load(residual, 112));
  }
  if (activate) {
    a0 = activated(a0, slope);
    a1 = activated(a1, slope);
    b0 = activated(b0, slope);
    b1 = activated(b1, slope);
    c0 = activated(c0, slope);
    c1 = activated(c1, slope);
    d0 = activated(d0, slope);
    d1 = activated(d1, slope);
  }
  if (gate) {
    a0 = gated(a0, v128.load(gate, 0), slope);
    a1 = gated(a1, v128.load(gate, 16), slope);
    b0 = gated(b0, v128.load(gate, 32), slope);
    b1 = gated(b1, v128.load(gate, 48), slope);
    c0 = gated(c0, v128.load(gate, 64), slope);
    c1 = gated(c1, v128.load(gate, 80), slope);
    d0 = gated(d0, v128.load(gate, 96), slope);
    d1 = gated(d1, v128.load(gate, 112), slope);
  }
  v128.store(out, a0, 0);
  v128.store(out, a1, 16);
  v128.store(out, b0, 32);
  v128.store(out, b1, 48);
  v128.store(out, c0, 64);
  v128.store(out, c1, 80);
  v128.store(out, d0, 96);
  v128.store(out, d1, 112);
}

/** Weights beyond this many bytes are walked outermost, so that they pass through the cache once a block. */
const WEIGHTS_IN_CACHE: i32 = 1 << 18;

/**
 * Units `from … to−1` (multiples of 4) of all panels: out = epilogue(W x). Strides are bytes from panel to panel; bias is
 * by unit; residual and gate are panels like `out`, with their own strides.
 */
export function product(
  panels: i32,
  x: usize,
  xStride: i32,
  weight: usize,
  inputs: i32,
  from: i32,
  to: i32,
  bias: usize,
  residual: usize,
  residualStride: i32,
  gate: usize,
  gateStride: i32,
  out: usize,
  outStride: i32,
  activate: bool,
  slopeBelowZero: f32,
): void {
  const slope = f32x4.splat(slopeBelowZero);
  const weightStride = <usize>inputs << 4;
  const unitsOuter = (to - from) * inputs * 4 > WEIGHTS_IN_CACHE;
  const outer = unitsOuter ? (to - from) >> 2 : panels;
  const inner = unitsOuter ? panels : (to - from) >> 2;
  for (let i = 0; i < outer; i++) {
    for (let j = 0; j < inner; j++) {
      const panel = <usize>(unitsOuter ? j : i);
      const unit = <usize>from + (<usize>(unitsOuter ? i : j) << 2);
      const at = unit << 5;
      tile(
        x + panel * xStride,
        weight + (unit >> 2) * weightStride,
        inputs,
        bias ? bias + (unit << 2) : 0,
        residual ? residual + panel * residualStride + at : 0,
        gate ? gate + panel * gateStride + at : 0,
        out + panel * outStride + at,
        activate,
        slope,
      );
    }
  }
}
