// Images moved by translations, four side by side: y_t(k) = y(k)·exp(−2πi k·t), k in cycles a pixel, t in pixels.
import { Scoring } from '../scoring-fields';
import { at, int } from './scoring-header';
import { storeSinCos } from './trigonometry';

/** Phases of group `group` of four translations: [points][cos×4, sin×4]. */
export function phasesOfGroup(group: i32): void {
  const points = int(Scoring.points);
  const last = int(Scoring.translations) - 1;
  const list = at(Scoring.translationList);
  let tx = f32x4.splat(0);
  let ty = tx;
  // Beyond the last translation stands the last again.
  const a = list + ((<usize>min(4 * group, last)) << 3);
  const b = list + ((<usize>min(4 * group + 1, last)) << 3);
  const c = list + ((<usize>min(4 * group + 2, last)) << 3);
  const d = list + ((<usize>min(4 * group + 3, last)) << 3);
  tx = f32x4.replace_lane(tx, 0, load<f32>(a));
  tx = f32x4.replace_lane(tx, 1, load<f32>(b));
  tx = f32x4.replace_lane(tx, 2, load<f32>(c));
  tx = f32x4.replace_lane(tx, 3, load<f32>(d));
  ty = f32x4.replace_lane(ty, 0, load<f32>(a, 4));
  ty = f32x4.replace_lane(ty, 1, load<f32>(b, 4));
  ty = f32x4.replace_lane(ty, 2, load<f32>(c, 4));
  ty = f32x4.replace_lane(ty, 3, load<f32>(d, 4));
  const x = at(Scoring.pointX);
  const y = at(Scoring.pointY);
  let out = at(Scoring.phases) + (<usize>(group * points) << 5);
  for (let p = 0; p < points; p++) {
    const offset = (<usize>p) << 2;
    let turns = f32x4.add(
      f32x4.mul(v128.load_splat<f32>(x + offset), tx),
      f32x4.mul(v128.load_splat<f32>(y + offset), ty),
    );
    turns = f32x4.sub(turns, f32x4.nearest(turns));
    storeSinCos(turns, out + 16, out);
    out += 32;
  }
}

/** Rows of one image moved by every group: [padded/4][2·points][4]. `image`: points×2. */
export function moveImage(image: usize, out: usize): void {
  const points = int(Scoring.points);
  const groups = int(Scoring.paddedTranslations) >> 2;
  let phase = at(Scoring.phases);
  for (let group = 0; group < groups; group++) {
    let y = image;
    for (let p = 0; p < points; p++) {
      const re = v128.load_splat<f32>(y, 0);
      const im = v128.load_splat<f32>(y, 4);
      const cos = v128.load(phase, 0);
      const sin = v128.load(phase, 16);
      v128.store(out, f32x4.add(f32x4.mul(re, cos), f32x4.mul(im, sin)), 0);
      v128.store(out, f32x4.sub(f32x4.mul(im, cos), f32x4.mul(re, sin)), 16);
      y += 8;
      phase += 32;
      out += 32;
    }
  }
}

/** An image moved by one translation (pixels) into `out`, points×2. */
export function centreImage(image: usize, tx: f32, ty: f32, out: usize, scratch: usize): void {
  const points = int(Scoring.points);
  let x = at(Scoring.pointX);
  let y = at(Scoring.pointY);
  const vx = f32x4.splat(tx);
  const vy = f32x4.splat(ty);
  for (let p = 0; p < points; p += 4) {
    let turns = f32x4.add(f32x4.mul(v128.load(x), vx), f32x4.mul(v128.load(y), vy));
    turns = f32x4.sub(turns, f32x4.nearest(turns));
    storeSinCos(turns, scratch + 16, scratch);
    const count = min(4, points - p);
    for (let i = 0; i < count; i++) {
      const o = (<usize>i) << 2;
      const cos = load<f32>(scratch + o);
      const sin = load<f32>(scratch + o, 16);
      const re = load<f32>(image, 0);
      const im = load<f32>(image, 4);
      store<f32>(out, re * cos + im * sin, 0);
      store<f32>(out, im * cos - re * sin, 4);
      image += 8;
      out += 8;
    }
    x += 16;
    y += 16;
  }
}

/** Rows of image `image` of the chunk turned: four columns side by side for every (image, translation). */
export function turnMoved(image: i32, moved: usize): void {
  const columns = 2 * int(Scoring.points);
  const padded = int(Scoring.paddedTranslations);
  const rows = <usize>(int(Scoring.count) * padded);
  const first = (<usize>(image * padded)) << 4;
  const blocks = (columns + 3) >> 2;
  for (let group = 0; group < padded >> 2; group++) {
    const from = moved + (<usize>(group * columns) << 4);
    for (let block = 0; block < blocks; block++) {
      const source = from + ((<usize>block) << 6);
      const zero = f32x4.splat(0);
      const left = columns - 4 * block;
      const r0 = v128.load(source, 0);
      const r1 = v128.load(source, 16);
      const r2 = left > 2 ? v128.load(source, 32) : zero;
      const r3 = left > 2 ? v128.load(source, 48) : zero;
      const a = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const b = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const c = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const d = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      const out = at(Scoring.turned) + (((<usize>block) * rows) << 4) + first + ((<usize>group) << 6);
      v128.store(out, v128.shuffle<f32>(a, b, 0, 1, 4, 5), 0);
      v128.store(out, v128.shuffle<f32>(a, b, 2, 3, 6, 7), 16);
      v128.store(out, v128.shuffle<f32>(c, d, 0, 1, 4, 5), 32);
      v128.store(out, v128.shuffle<f32>(c, d, 2, 3, 6, 7), 48);
    }
  }
}

/** c² of four images side by side; zero beyond the last image. */
export function ctfOfFour(group: i32): void {
  const points = int(Scoring.points);
  const all = int(Scoring.allPoints);
  const count = int(Scoring.count);
  let out = at(Scoring.ctfOfImages) + (<usize>(group * points) << 4);
  for (let lane = 0; lane < 4; lane++) {
    const image = 4 * group + lane;
    let to = out + ((<usize>lane) << 2);
    let from = at(Scoring.squaredCtf) + (<usize>(image * all) << 2);
    for (let p = 0; p < points; p++) {
      store<f32>(to, image < count ? load<f32>(from) : 0);
      from += 4;
      to += 16;
    }
  }
}
