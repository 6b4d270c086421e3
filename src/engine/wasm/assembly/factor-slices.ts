// Images at known poses against slices of several maps (../../factors/factor-sums.ts). A voxel's coefficients of all maps lie side by
// side, so that a corner of a trilinear cell is one or two cache lines.
import { Factor } from '../factor-fields';
import { barrier, resetWork, takeWork } from './barrier';
import { arenaOfThread, at, float, int, real, word } from './factor-header';
import { sumOfLanes } from './lanes';
import { multiplyAdd } from './product';

/** An image's slices times its transfer: rows Re, Im of each factor [2·F][paddedPoints]. */
function sliceFactors(image: i32, out: usize): void {
  const points = int(Factor.points);
  const vectors = int(Factor.cubeVectors);
  const factors = int(Factor.factors);
  const reach = int(Factor.reach);
  const side = int(Factor.side);
  const rowStart = at(Factor.rowStart);
  const cubes = at(Factor.cubes);
  const bytes = (<usize>vectors) << 4;
  const row = (<usize>int(Factor.paddedPoints)) << 2;
  const rotation = at(Factor.rotations) + <usize>image * 36;
  const step = float(Factor.oversampling);
  const xx = load<f32>(rotation, 0) * step;
  const xy = load<f32>(rotation, 4) * step;
  const xz = load<f32>(rotation, 8) * step;
  const yx = load<f32>(rotation, 12) * step;
  const yy = load<f32>(rotation, 16) * step;
  const yz = load<f32>(rotation, 20) * step;
  let transfer = at(Factor.transfer) + ((<usize>image * <usize>points) << 2);
  const px = at(Factor.pointX);
  const py = at(Factor.pointY);
  for (let p = 0; p < points; p++) {
    const kx = real(px, p);
    const ky = real(py, p);
    let x = kx * xx + ky * yx;
    let y = kx * xy + ky * yy;
    let z = kx * xz + ky * yz;
    const c = load<f32>(transfer);
    transfer += 4;
    let imaginary = c;
    if (z < 0) {
      x = -x;
      y = -y;
      z = -z;
      imaginary = -c;
    }
    const fx = floor(x);
    const fy = floor(y);
    const fz = floor(z);
    const dx = x - fx;
    const dy = y - fy;
    const dz = z - fz;
    const place = rowStart + ((<usize>(<i32>fz * side + <i32>fy + reach)) << 2);
    const above = place + ((<usize>side) << 2);
    const ix = <i32>fx;
    let a = cubes + <usize>(word(place, 0) + ix) * bytes;
    let b = cubes + <usize>(word(place, 1) + ix) * bytes;
    let d = cubes + <usize>(word(above, 0) + ix) * bytes;
    let e = cubes + <usize>(word(above, 1) + ix) * bytes;
    const vx = f32x4.splat(dx);
    const vy = f32x4.splat(dy);
    const vz = f32x4.splat(dz);
    let factor = f32x4.splat(c);
    factor = f32x4.replace_lane(factor, 1, imaginary);
    factor = f32x4.replace_lane(factor, 3, imaginary);
    let to = out + ((<usize>p) << 2);
    for (let left = factors; left > 0; left -= 2) {
      const a0 = v128.load(a);
      const b0 = v128.load(b);
      const d0 = v128.load(d);
      const e0 = v128.load(e);
      const a1 = multiplyAdd(vx, f32x4.sub(v128.load(a + bytes), a0), a0);
      const b1 = multiplyAdd(vx, f32x4.sub(v128.load(b + bytes), b0), b0);
      const d1 = multiplyAdd(vx, f32x4.sub(v128.load(d + bytes), d0), d0);
      const e1 = multiplyAdd(vx, f32x4.sub(v128.load(e + bytes), e0), e0);
      const near = multiplyAdd(vy, f32x4.sub(b1, a1), a1);
      const far = multiplyAdd(vy, f32x4.sub(e1, d1), d1);
      const value = f32x4.mul(factor, multiplyAdd(vz, f32x4.sub(far, near), near));
      store<f32>(to, f32x4.extract_lane(value, 0));
      store<f32>(to + row, f32x4.extract_lane(value, 1));
      if (left > 1) {
        store<f32>(to + 2 * row, f32x4.extract_lane(value, 2));
        store<f32>(to + 3 * row, f32x4.extract_lane(value, 3));
      }
      to += 4 * row;
      a += 16;
      b += 16;
      d += 16;
      e += 16;
    }
  }
}

/** 2/σ² of an image's points, zero in the padding. */
function weightsOf(image: i32, out: usize): void {
  const points = int(Factor.points);
  const padded = int(Factor.paddedPoints);
  const table = at(Factor.precision) + ((<usize>(word(at(Factor.groups), image) * int(Factor.rings))) << 2);
  for (let p = 0; p < padded; p++)
    store<f32>(out + ((<usize>p) << 2), p < points ? 2 * real(table, word(at(Factor.pointRing), p)) : 0);
}

/** Products of an image's slices and of itself with each other. */
function productsOf(image: i32, arena: usize): void {
  const points = int(Factor.points);
  const padded = int(Factor.paddedPoints);
  const factors = int(Factor.factors);
  const row = (<usize>padded) << 2;
  sliceFactors(image, arena);
  const own = arena + <usize>(2 * factors) * row;
  let values = at(Factor.values) + ((<usize>image * <usize>points) << 3);
  for (let p = 0; p < points; p++) {
    const to = own + ((<usize>p) << 2);
    store<f32>(to, load<f32>(values, 0));
    store<f32>(to + row, load<f32>(values, 4));
    values += 8;
  }
  const weights = own + 2 * row;
  weightsOf(image, weights);
  const weighted = weights + row;
  let out = at(Factor.products) + ((<usize>(image * (((factors + 1) * (factors + 2)) >> 1))) << 2);
  for (let a = 0; a <= factors; a++) {
    const ra = arena + <usize>(2 * a) * row;
    for (let p: usize = 0; p < row; p += 16) {
      const w = v128.load(weights + p);
      v128.store(weighted + p, f32x4.mul(w, v128.load(ra + p)));
      v128.store(weighted + row + p, f32x4.mul(w, v128.load(ra + row + p)));
    }
    for (let b = 0; b <= a; b++) {
      const rb = arena + <usize>(2 * b) * row;
      let sum = f32x4.splat(0);
      for (let p: usize = 0; p < row; p += 16) {
        sum = multiplyAdd(v128.load(weighted + p), v128.load(rb + p), sum);
        sum = multiplyAdd(v128.load(weighted + row + p), v128.load(rb + row + p), sum);
      }
      store<f32>(out, sumOfLanes(sum));
      out += 4;
    }
  }
}

export function factorProducts(thread: i32, threads: i32): void {
  if (thread === 0) resetWork();
  barrier(threads);
  const arena = arenaOfThread(thread);
  const count = int(Factor.count);
  for (let image = takeWork(); image < count; image = takeWork()) productsOf(image, arena);
}

/** Mean over each ring of |y − Σ k_a u_a|² of an image. */
function residualsOf(image: i32, arena: usize): void {
  const points = int(Factor.points);
  const factors = int(Factor.factors);
  const rings = int(Factor.rings);
  const row = (<usize>int(Factor.paddedPoints)) << 2;
  sliceFactors(image, arena);
  const out = at(Factor.residuals) + ((<usize>(image * rings)) << 2);
  memory.fill(out, 0, (<usize>rings) << 2);
  const coefficients = at(Factor.coefficients) + ((<usize>(image * factors)) << 2);
  let values = at(Factor.values) + ((<usize>image * <usize>points) << 3);
  for (let p = 0; p < points; p++) {
    let re = load<f32>(values, 0);
    let im = load<f32>(values, 4);
    values += 8;
    let from = arena + ((<usize>p) << 2);
    for (let a = 0; a < factors; a++) {
      const k = real(coefficients, a);
      re -= k * load<f32>(from);
      im -= k * load<f32>(from + row);
      from += 2 * row;
    }
    const cell = out + ((<usize>word(at(Factor.pointRing), p)) << 2);
    store<f32>(cell, load<f32>(cell) + re * re + im * im);
  }
  for (let ring = 0; ring < rings; ring++) {
    const members = real(at(Factor.ringMembers), ring);
    const cell = out + ((<usize>ring) << 2);
    if (members > 0) store<f32>(cell, load<f32>(cell) / members);
  }
}

export function factorResiduals(thread: i32, threads: i32): void {
  if (thread === 0) resetWork();
  barrier(threads);
  const arena = arenaOfThread(thread);
  const count = int(Factor.count);
  for (let image = takeWork(); image < count; image = takeWork()) residualsOf(image, arena);
}
