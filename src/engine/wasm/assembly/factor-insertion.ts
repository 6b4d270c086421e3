// Images at known poses added to the sums of a half cube (../../factors/factor-sums.ts), plane by plane: a plane belongs to one thread, and
// takes its points in the order of the images, so that bits do not depend on the number of threads.
import { Factor } from '../factor-fields';
import { barrier, resetWork, takeWork } from './barrier';
import { at, float, int, real, word } from './factor-header';
import { multiplyAdd } from './product';

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

/**
 * The same of one factor, whose real and imaginary part and entry lie in one vector: what does not change from point to point is held, and
 * what an image has is read once a run of its points.
 */
function insertOneFactor(from: i32, to: i32, z: i32): void {
  const points = int(Factor.points);
  const rings = int(Factor.rings);
  const step = float(Factor.oversampling);
  const rowStart = at(Factor.rowStart) + ((<usize>(z * int(Factor.side) + int(Factor.reach))) << 2);
  const sums = at(Factor.sums);
  const rotations = at(Factor.rotations);
  const pointX = at(Factor.pointX);
  const pointY = at(Factor.pointY);
  const pointRing = at(Factor.pointRing);
  const allValues = at(Factor.values);
  const allTransfer = at(Factor.transfer);
  const plane = <f32>z;
  let image = -1;
  let values: usize = 0;
  let transfer: usize = 0;
  let precisions: usize = 0;
  let moment = f32x4.splat(0);
  let xx: f32 = 0;
  let xy: f32 = 0;
  let xz: f32 = 0;
  let yx: f32 = 0;
  let yy: f32 = 0;
  let yz: f32 = 0;
  let entry = at(Factor.entries) + ((<usize>from) << 2);
  const end = at(Factor.entries) + ((<usize>to) << 2);
  for (; entry < end; entry += 4) {
    const number = load<u32>(entry);
    const p = <usize>(number & 0xffff) << 2;
    if (<i32>(number >> 16) !== image) {
      image = <i32>(number >> 16);
      const rotation = rotations + <usize>image * 36;
      xx = load<f32>(rotation, 0) * step;
      xy = load<f32>(rotation, 4) * step;
      xz = load<f32>(rotation, 8) * step;
      yx = load<f32>(rotation, 12) * step;
      yy = load<f32>(rotation, 16) * step;
      yz = load<f32>(rotation, 20) * step;
      values = allValues + ((<usize>image * <usize>points) << 3);
      transfer = allTransfer + ((<usize>image * <usize>points) << 2);
      precisions = at(Factor.precision) + ((<usize>(word(at(Factor.groups), image) * rings)) << 2);
      moment = v128.load(at(Factor.moments) + ((<usize>image) << 4));
    }
    const kx = load<f32>(pointX + p);
    const ky = load<f32>(pointY + p);
    let x = kx * xx + ky * yx;
    let y = kx * xy + ky * yy;
    let depth = kx * xz + ky * yz;
    const c = load<f32>(transfer + p);
    const weight = load<f32>(precisions + ((<usize>load<i32>(pointRing + p)) << 2)) * c;
    const re = weight * load<f32>(values + (p << 1), 0);
    let im = weight * load<f32>(values + (p << 1), 4);
    if (depth < 0) {
      x = -x;
      y = -y;
      depth = -depth;
      im = -im;
    }
    const share: f32 = 1 - abs(depth - plane);
    const fx = floor(x);
    const fy = floor(y);
    const dx = x - fx;
    const dy = y - fy;
    const place = rowStart + ((<isize>fy) << 2);
    const ix = <i32>fx;
    const a = sums + ((<usize>(load<i32>(place) + ix)) << 4);
    const b = sums + ((<usize>(load<i32>(place, 4) + ix)) << 4);
    const each = f32x4.replace_lane(f32x4.replace_lane(f32x4.splat(weight * c), 0, re), 1, im);
    const value = f32x4.mul(each, moment);
    const near = share * (1 - dy);
    const far = share * dy;
    v128.store(a, multiplyAdd(f32x4.splat(near * (1 - dx)), value, v128.load(a)));
    v128.store(a, multiplyAdd(f32x4.splat(near * dx), value, v128.load(a, 16)), 16);
    v128.store(b, multiplyAdd(f32x4.splat(far * (1 - dx)), value, v128.load(b)));
    v128.store(b, multiplyAdd(f32x4.splat(far * dx), value, v128.load(b, 16)), 16);
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
    const end = word(starts, plane + 1);
    if (int(Factor.sumVectors) === 1) {
      if (plane > 0) insertOneFactor(begin, own, plane);
      insertOneFactor(own, end, plane);
    } else {
      if (plane > 0) insertEntries(begin, own, plane);
      insertEntries(own, end, plane);
    }
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
