// Sines, cosines and the exponential without a library: the argument in turns, reduced to an eighth of a turn either side
// of a quarter, then the minimax polynomials of Cephes (float32, error below 1e-7) or Taylor's (float64, below 1e-11).
const TAU: f64 = 6.283185307179586;

/** Stores sin and cos of 2π·turns, |turns| ≤ ½. */
@inline
export function storeSinCos(turns: v128, sine: usize, cosine: usize): void {
  const quarters = f32x4.nearest(f32x4.mul(turns, f32x4.splat(4)));
  const a = f32x4.mul(f32x4.sub(turns, f32x4.mul(quarters, f32x4.splat(0.25))), f32x4.splat(<f32>TAU));
  const z = f32x4.mul(a, a);
  let s = f32x4.splat(-1.9515295891e-4);
  s = f32x4.add(f32x4.mul(s, z), f32x4.splat(8.3321608736e-3));
  s = f32x4.add(f32x4.mul(s, z), f32x4.splat(-1.6666654611e-1));
  s = f32x4.add(f32x4.mul(f32x4.mul(s, z), a), a);
  let c = f32x4.splat(2.443315711809948e-5);
  c = f32x4.add(f32x4.mul(c, z), f32x4.splat(-1.388731625493765e-3));
  c = f32x4.add(f32x4.mul(c, z), f32x4.splat(4.166664568298827e-2));
  c = f32x4.mul(f32x4.mul(c, z), z);
  c = f32x4.add(f32x4.sub(c, f32x4.mul(z, f32x4.splat(0.5))), f32x4.splat(1));
  const n = i32x4.trunc_sat_f32x4_s(quarters);
  const odd = i32x4.eq(v128.and(n, i32x4.splat(1)), i32x4.splat(1));
  const sineSign = i32x4.shl(v128.and(n, i32x4.splat(2)), 30);
  const cosineSign = i32x4.shl(v128.and(i32x4.add(n, i32x4.splat(1)), i32x4.splat(2)), 30);
  v128.store(sine, v128.xor(v128.bitselect(c, s, odd), sineSign));
  v128.store(cosine, v128.xor(v128.bitselect(s, c, odd), cosineSign));
}

/** sin(2π·turns) in double precision. */
export function sineOfTurns(turns: f64): f64 {
  const quarters = nearest(turns * 4);
  const a = (turns - quarters * 0.25) * TAU;
  const n = <i32>(<i64>quarters & 3);
  const value = n & 1 ? cosinePolynomial(a) : sinePolynomial(a);
  return n & 2 ? -value : value;
}
@inline
export function cosineOfTurns(turns: f64): f64 {
  return sineOfTurns(turns + 0.25);
}

function sinePolynomial(a: f64): f64 {
  const z = a * a;
  return (
    a *
    (1 -
      (z / 6) * (1 - (z / 20) * (1 - (z / 42) * (1 - (z / 72) * (1 - (z / 110) * (1 - z / 156))))))
  );
}
function cosinePolynomial(a: f64): f64 {
  const z = a * a;
  return 1 - (z / 2) * (1 - (z / 12) * (1 - (z / 30) * (1 - (z / 56) * (1 - (z / 90) * (1 - z / 132)))));
}

/** eˣ in double precision: 2ⁿ times Taylor's series on |r| ≤ ½ ln 2. */
export function exponential(x: f64): f64 {
  if (x > 709) return Infinity;
  if (x < -708) return 0;
  const n = nearest(x * 1.4426950408889634);
  const r = x - n * 0.6931471803691238 - n * 1.9082149292705877e-10;
  let sum: f64 = 1;
  for (let i = 13; i > 0; i--) sum = 1 + (sum * r) / <f64>i;
  return sum * reinterpret<f64>((<i64>n + 1023) << 52);
}
