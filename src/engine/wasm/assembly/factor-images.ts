// Images of factor sums (../../factors/factor-sums.ts) as they are compared and added: centred coefficients and their transfer.
import { Factor } from '../factor-fields';
import { arenaOfThread, at, int, real, word } from './factor-header';
import { readFormation, transferAt } from './formation';
import { cosineOfTurns, sineOfTurns } from './trigonometry';

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
