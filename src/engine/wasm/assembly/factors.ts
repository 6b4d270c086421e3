// Images at known poses against slices of several maps, and back (../../factors/factor-sums.ts). A voxel's coefficients of all maps
// lie side by side, so that a corner of a trilinear cell is one or two cache lines. Sums are made plane by plane of the half cube: a
// plane belongs to one thread, and takes its points in the order of the images, so that bits do not depend on the number of threads.
// Words of the header are read after a barrier, not carried over it: in Node 20 a thread that had slept there came back with another
// value of such a local, and left images out.
import { Factor } from '../factor-fields';
import { barrier, resetWork, takeWork } from './barrier';
import { arenaOfThread, at, float, int } from './factor-header';
import { readFormation, transferAt } from './formation';
import { multiplyAdd } from './product';
import { cosineOfTurns, sineOfTurns } from './trigonometry';

@inline
function word(base: usize, i: i32): i32 {
  return load<i32>(base + ((<usize>i) << 2));
}
@inline
function real(base: usize, i: i32): f32 {
  return load<f32>(base + ((<usize>i) << 2));
}
@inline
function sumOfLanes(v: v128): f32 {
  return (
    f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1) + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3))
  );
}

/** Centred coefficients and transfer of an image. In the arena: cos and sin of 2πk·t along x, then y, for whole k ≥ −D/2. */
function prepareFactorImage(image: i32, arena: usize): void {
  const box = int(Factor.boxPixels);
  const all = int(Factor.allPoints);
  const points = int(Factor.points);
  const half = box >> 1;
  const translations = at(Factor.translations);
  const along = (<usize>(box + 1)) << 3;
  if (translations)
    for (let axis = 0; axis < 2; axis++) {
      const t = <f64>real(translations, 2 * image + axis) / <f64>box;
      let out = arena + <usize>axis * along;
      for (let k = -half; k <= half; k++) {
        store<f32>(out, <f32>cosineOfTurns(t * <f64>k), 0);
        store<f32>(out, <f32>sineOfTurns(t * <f64>k), 4);
        out += 8;
      }
    }
  const ctf = at(Factor.ctf);
  const optics = at(Factor.optics);
  readFormation(ctf ? ctf + <usize>image * 36 : 0, optics ? optics + <usize>image * 40 : 0);
  const from = at(Factor.images) + ((<usize>image * <usize>all) << 2);
  let values = at(Factor.values) + ((<usize>image * <usize>points) << 3);
  let transfer = at(Factor.transfer) + ((<usize>image * <usize>points) << 2);
  const perPixel = 1 / <f64>box;
  for (let p = 0; p < points; p++) {
    const number = word(at(Factor.pointNumber), p);
    const kx = real(at(Factor.pointX), p);
    const ky = real(at(Factor.pointY), p);
    const near = real(from, number);
    const far = real(from, all - 1 - number);
    let re: f32 = 0.5 * (near + far);
    let im: f32 = 0.5 * (far - near);
    if (translations) {
      const x = arena + ((<usize>(<i32>kx + half)) << 3);
      const y = arena + along + ((<usize>(<i32>ky + half)) << 3);
      const cosine = load<f32>(x, 0) * load<f32>(y, 0) - load<f32>(x, 4) * load<f32>(y, 4);
      const sine = load<f32>(x, 4) * load<f32>(y, 0) + load<f32>(x, 0) * load<f32>(y, 4);
      const moved = re * cosine + im * sine;
      im = im * cosine - re * sine;
      re = moved;
    }
    store<f32>(values, re, 0);
    store<f32>(values, im, 4);
    store<f32>(transfer, transferAt(<f64>kx * perPixel, <f64>ky * perPixel));
    values += 8;
    transfer += 4;
  }
}

export function factorPrepare(thread: i32, threads: i32): void {
  const count = int(Factor.count);
  for (let image = thread; image < count; image += threads) prepareFactorImage(image, arenaOfThread(thread));
}

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

/** Planes of an image's points, counted into the thread's own row. */
function countPlanes(image: i32, counts: usize): void {
  const points = int(Factor.points);
  const rotation = at(Factor.rotations) + <usize>image * 36;
  const step = float(Factor.oversampling);
  const xz = load<f32>(rotation, 8) * step;
  const yz = load<f32>(rotation, 20) * step;
  let out = at(Factor.planeOf) + ((<usize>image * <usize>points) << 1);
  for (let p = 0; p < points; p++) {
    const plane = <i32>floor(abs(real(at(Factor.pointX), p) * xz + real(at(Factor.pointY), p) * yz));
    store<u16>(out, <u16>plane);
    out += 2;
    const cell = counts + ((<usize>plane) << 2);
    store<i32>(cell, load<i32>(cell) + 1);
  }
}

/** Adds the points of entries `from` … `to` to plane `z`, to which each gives its share along z. */
function insertEntries(from: i32, to: i32, z: i32): void {
  const points = int(Factor.points);
  const reach = int(Factor.reach);
  const side = int(Factor.side);
  const step = float(Factor.oversampling);
  const vectors = int(Factor.sumVectors);
  const firstVectors = int(Factor.firstVectors);
  const bytes = (<usize>vectors) << 4;
  const rowStart = at(Factor.rowStart) + ((<usize>(z * side + reach)) << 2);
  const sums = at(Factor.sums);
  let entry = at(Factor.entries) + ((<usize>from) << 2);
  for (let i = from; i < to; i++) {
    const number = load<u32>(entry);
    entry += 4;
    const image = <i32>(number >> 16);
    const p = <i32>(number & 0xffff);
    const rotation = at(Factor.rotations) + <usize>image * 36;
    const kx = real(at(Factor.pointX), p);
    const ky = real(at(Factor.pointY), p);
    // The same expressions as in countPlanes and sliceFactors: a point lies in the cell that it was counted in.
    let x = kx * (load<f32>(rotation, 0) * step) + ky * (load<f32>(rotation, 12) * step);
    let y = kx * (load<f32>(rotation, 4) * step) + ky * (load<f32>(rotation, 16) * step);
    let depth = kx * (load<f32>(rotation, 8) * step) + ky * (load<f32>(rotation, 20) * step);
    const at2 = <usize>image * <usize>points + <usize>p;
    const values = at(Factor.values) + (at2 << 3);
    const c = load<f32>(at(Factor.transfer) + (at2 << 2));
    const ring = word(at(Factor.pointRing), p);
    const precision = real(at(Factor.precision), word(at(Factor.groups), image) * int(Factor.rings) + ring);
    const re = precision * c * load<f32>(values, 0);
    let im = precision * c * load<f32>(values, 4);
    if (depth < 0) {
      x = -x;
      y = -y;
      depth = -depth;
      im = -im;
    }
    const share: f32 = 1 - abs(depth - <f32>z);
    const fx = floor(x);
    const fy = floor(y);
    const dx = x - fx;
    const dy = y - fy;
    const place = rowStart + ((<isize>fy) << 2);
    const ix = <i32>fx;
    let a = sums + <usize>(word(place, 0) + ix) * bytes;
    let b = sums + <usize>(word(place, 1) + ix) * bytes;
    const wa = f32x4.splat(share * (1 - dx) * (1 - dy));
    const wa1 = f32x4.splat(share * dx * (1 - dy));
    const wb = f32x4.splat(share * (1 - dx) * dy);
    const wb1 = f32x4.splat(share * dx * dy);
    let moment = at(Factor.moments) + <usize>image * bytes;
    for (let k = 0; k < vectors; k++) {
      const factor = k < firstVectors ? re : k < 2 * firstVectors ? im : precision * c * c;
      const value = f32x4.mul(f32x4.splat(factor), v128.load(moment));
      v128.store(a, multiplyAdd(wa, value, v128.load(a)));
      v128.store(a + bytes, multiplyAdd(wa1, value, v128.load(a + bytes)));
      v128.store(b, multiplyAdd(wb, value, v128.load(b)));
      v128.store(b + bytes, multiplyAdd(wb1, value, v128.load(b + bytes)));
      moment += 16;
      a += 16;
      b += 16;
    }
  }
}

/** First image of a thread's share: consecutive ones, so that entries of a plane come in the order of the images. */
function shareOf(thread: i32, threads: i32): i32 {
  return <i32>((<i64>int(Factor.count) * thread) / threads);
}

function countShare(thread: i32, threads: i32): void {
  const planes = int(Factor.reach) + 1;
  const counts = at(Factor.planeCounts) + ((<usize>(thread * planes)) << 2);
  memory.fill(counts, 0, (<usize>planes) << 2);
  const last = shareOf(thread + 1, threads);
  for (let image = shareOf(thread, threads); image < last; image++) countPlanes(image, counts);
}

/** Names the points of a thread's images in the list of their plane. */
function listShare(thread: i32, threads: i32): void {
  const points = int(Factor.points);
  const planes = int(Factor.reach) + 1;
  const starts = at(Factor.planeStarts);
  const places = at(Factor.planePlaces) + ((<usize>(thread * planes)) << 2);
  let total = 0;
  for (let plane = 0; plane < planes; plane++) {
    if (thread === 0) store<i32>(starts + ((<usize>plane) << 2), total);
    for (let other = 0; other < threads; other++) {
      if (other === thread) store<i32>(places + ((<usize>plane) << 2), total);
      total += word(at(Factor.planeCounts), other * planes + plane);
    }
  }
  if (thread === 0) store<i32>(starts + ((<usize>planes) << 2), total);
  const first = shareOf(thread, threads);
  const last = shareOf(thread + 1, threads);
  let planeOf = at(Factor.planeOf) + ((<usize>first * <usize>points) << 1);
  for (let image = first; image < last; image++)
    for (let p = 0; p < points; p++) {
      const cell = places + ((<usize>load<u16>(planeOf)) << 2);
      planeOf += 2;
      const to = load<i32>(cell);
      store<i32>(cell, to + 1);
      store<u32>(at(Factor.entries) + ((<usize>to) << 2), ((<u32>image) << 16) | (<u32>p));
    }
}

/** Planes as they come; each takes the points of the cells below it, then of those above. */
function insertPlanes(): void {
  const planes = int(Factor.reach) + 1;
  const starts = at(Factor.planeStarts);
  for (let plane = takeWork(); plane < planes; plane = takeWork()) {
    const begin = plane > 0 ? word(starts, plane - 1) : 0;
    const own = word(starts, plane);
    if (plane > 0) insertEntries(begin, own, plane);
    insertEntries(own, word(starts, plane + 1), plane);
  }
}

export function factorInsert(thread: i32, threads: i32): void {
  countShare(thread, threads);
  if (thread === 0) resetWork();
  barrier(threads);
  listShare(thread, threads);
  barrier(threads);
  insertPlanes();
}
