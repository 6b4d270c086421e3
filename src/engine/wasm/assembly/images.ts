// What a step needs of an image before the networks: its target (shifted by the pose's translation), its CTF, and the
// encoder's input (the target times the sign of the CTF). Half points h and their mirrors P−1−h go together:
//   H'(k) = cos(2πk·t) H(k) + sin(2πk·t) H(−k);  γ = 2π(−½ df λ s² + ¼ Cs λ³ s⁴) − φ, CTF = √(1−w²) sin γ − w cos γ;
// where the optics of the images are known (imaging/transfer.ts) f = scale · exp(−B s²/4), f·CTF(Mk), −f·|CTF| or −f·|f|·CTF².
import { Header, Layer } from '../header-fields';
import { latentPanels, layerPointer, layerWord, pointer, word } from './header';
import { cosineOfTurns, exponential, sineOfTurns } from './trigonometry';

const DEGREES_IN_TURN: f64 = 360;

/** Image `image` of the chunk; beyond the count its place in the encoder's last panel (of its tilt) is cleared. */
export function prepareImage(image: i32, withEncoder: bool): void {
  const points = word(Header.points);
  const half = word(Header.half);
  const halfRows = word(Header.halfRows);
  const present = image < word(Header.count);
  const shifted = present && word(Header.hasTranslations) !== 0;
  const withCtf = present && word(Header.hasCtf) !== 0;
  const values = pointer(Header.images) + ((<usize>(image * points)) << 2);
  const target = pointer(Header.target) + ((<usize>(image * 2 * halfRows)) << 2);
  const mirrored = target + ((<usize>halfRows) << 2);
  const transfer = pointer(Header.transfer) + ((<usize>(image * halfRows)) << 2);
  const halfX = pointer(Header.halfX);
  const halfY = pointer(Header.halfY);

  let tx: f64 = 0;
  let ty: f64 = 0;
  if (shifted) {
    // k is in cycles per box of coordinates −½ … ½, that is pixels⁻¹; t arrives in pixels.
    tx = <f64>load<f32>(pointer(Header.translations) + ((<usize>image) << 3), 0);
    ty = <f64>load<f32>(pointer(Header.translations) + ((<usize>image) << 3), 4);
  }
  let round: f64 = 0, even: f64 = 0, odd: f64 = 0, fourth: f64 = 0, constant: f64 = 0, w: f64 = 0, v: f64 = 0;
  if (withCtf) {
    const row = pointer(Header.ctf) + <usize>image * 36;
    const pixel = <f64>load<f32>(row, 4);
    const defocusU = <f64>load<f32>(row, 8);
    const defocusV = <f64>load<f32>(row, 12);
    const doubleAngle = (2 * <f64>load<f32>(row, 16)) / DEGREES_IN_TURN;
    const volt = <f64>load<f32>(row, 20) * 1000;
    const wavelength = 12.2639 / sqrt(volt + 0.97845e-6 * volt * volt);
    const aberration = <f64>load<f32>(row, 24) * 1e7;
    w = <f64>load<f32>(row, 28);
    v = sqrt(1 - w * w);
    const perSquare = 1 / (pixel * pixel);
    // In turns: −½ λ s² ½[(U + V) + (U − V) cos 2(θ − α)], written in x and y.
    round = -0.25 * wavelength * perSquare * (defocusU + defocusV);
    even = -0.25 * wavelength * perSquare * (defocusU - defocusV) * cosineOfTurns(doubleAngle);
    odd = -0.5 * wavelength * perSquare * (defocusU - defocusV) * sineOfTurns(doubleAngle);
    fourth = 0.25 * aberration * wavelength * wavelength * wavelength * perSquare * perSquare;
    constant = -(<f64>load<f32>(row, 32)) / DEGREES_IN_TURN;
  }
  const withOptics = withCtf && word(Header.hasOptics) !== 0;
  let scale: f64 = 1, decay: f64 = 0, xx: f64 = 1, xy: f64 = 0, yx: f64 = 0, yy: f64 = 1;
  let applied: f32 = 0;
  if (withOptics) {
    const row = pointer(Header.optics) + <usize>image * 40;
    const pixel = <f64>load<f32>(pointer(Header.ctf) + <usize>image * 36, 4);
    scale = <f64>load<f32>(row);
    decay = -(<f64>load<f32>(row, 4)) / (4 * pixel * pixel);
    applied = load<f32>(row, 8);
    xx = <f64>load<f32>(row, 12);
    xy = <f64>load<f32>(row, 16);
    yx = <f64>load<f32>(row, 20);
    yy = <f64>load<f32>(row, 24);
  }

  let input: usize = 0;
  let inputMirrored: usize = 0;
  if (withEncoder) {
    const first = pointer(Header.encoderRecords);
    const tilts = word(Header.tilts);
    const place = image / tilts + (image % tilts) * (latentPanels() << 3);
    input = layerPointer(first, Layer.input) + <usize>((place >> 3) * layerWord(first, Layer.inputStride));
    input += (<usize>(place & 7)) << 2;
    inputMirrored = input + ((<usize>word(Header.encoderHalf)) << 5);
  }
  const slots = pointer(Header.encoderSlot);

  for (let h = 0; h < half; h++) {
    const at = (<usize>h) << 2;
    const x = load<f64>(halfX + (at << 1));
    const y = load<f64>(halfY + (at << 1));
    let near: f32 = 0;
    let far: f32 = 0;
    if (present) {
      near = load<f32>(values + at);
      far = load<f32>(values + ((<usize>(points - 1 - h)) << 2));
    }
    if (shifted) {
      const turns = x * tx + y * ty;
      const cosine = cosineOfTurns(turns);
      const sine = sineOfTurns(turns);
      const moved = <f32>(cosine * near + sine * far);
      far = <f32>(cosine * far - sine * near);
      near = moved;
    }
    let factor: f32 = 1;
    if (withOptics) {
      const mx = xx * x + xy * y;
      const my = yx * x + yy * y;
      const squared = mx * mx + my * my;
      const turns =
        round * squared + even * (mx * mx - my * my) + odd * mx * my + fourth * squared * squared + constant;
      const f = scale * exponential(decay * squared);
      const ctf = v * sineOfTurns(turns) - w * cosineOfTurns(turns);
      factor = <f32>(applied == 1 ? -f * abs(ctf) : applied == 2 ? -f * abs(f) * ctf * ctf : f * ctf);
    } else if (withCtf) {
      const squared = x * x + y * y;
      const turns = round * squared + even * (x * x - y * y) + odd * x * y + fourth * squared * squared + constant;
      factor = <f32>(v * sineOfTurns(turns) - w * cosineOfTurns(turns));
    }
    if (present) {
      store<f32>(target + at, near);
      store<f32>(mirrored + at, far);
      store<f32>(transfer + at, factor);
    }
    if (withEncoder) {
      const slot = load<i32>(slots + at);
      if (slot >= 0) {
        const sign: f32 = factor > 0 ? 1 : factor < 0 ? -1 : 0;
        store<f32>(input + ((<usize>slot) << 5), near * sign);
        store<f32>(inputMirrored + ((<usize>slot) << 5), far * sign);
      }
    }
  }
}
