// What a step needs of an image before the networks: its target (shifted by the pose's translation), its CTF, and the
// encoder's input (the target times the sign of the CTF). Half points h and their mirrors P−1−h go together:
//   H'(k) = cos(2πk·t) H(k) + sin(2πk·t) H(−k);  γ = 2π(−½ df λ s² + ¼ Cs λ³ s⁴) − φ, CTF = √(1−w²) sin γ − w cos γ;
// where their residuals are weighted target and CTF are times √w by ring, the CTF times the image's contrast too;
// where the optics of the images are known (imaging/transfer.ts) f = scale · exp(−B s²/4), f·CTF(Mk), −f·|CTF| or −f·|f|·CTF².
import { Header, Layer } from '../header-fields';
import { readFormation, transferAt } from './formation';
import { latentPanels, layerPointer, layerWord, pointer, word } from './header';
import { cosineOfTurns, sineOfTurns } from './trigonometry';

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
  readFormation(
    withCtf ? pointer(Header.ctf) + <usize>image * 36 : 0,
    withCtf && word(Header.hasOptics) !== 0 ? pointer(Header.optics) + <usize>image * 40 : 0,
  );

  const weighted = present && word(Header.hasWeights) !== 0;
  const rings = pointer(Header.ringOfPoint);
  const amplitudes = pointer(Header.amplitudes) + ((<usize>(image * word(Header.rings))) << 2);
  const contrast: f32 = weighted ? load<f32>(pointer(Header.contrast) + ((<usize>image) << 2)) : 1;

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
    const factor = transferAt(x, y);
    if (present) {
      // Weighted residuals are those of √w y and √w c CTF; the encoder sees the image as it is.
      const amplitude = weighted ? load<f32>(amplitudes + ((<usize>load<i32>(rings + at)) << 2)) : 1;
      store<f32>(target + at, near * amplitude);
      store<f32>(mirrored + at, far * amplitude);
      store<f32>(transfer + at, factor * (amplitude * contrast));
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
