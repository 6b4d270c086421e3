// The decoder on one block of rows (at most 16 panels, all of one image): forward through all layers, the loss against
// the image, and back, so that a block's activations never leave the cache. Weight gradients go to the block's group.
import { Header, Layer } from '../header-fields';
import { encode, slice } from './encoding';
import { layerPointer, layerWord, parameterAt, pointer, real, record, word } from './header';
import { product } from './product';
import { rowSums, weightGradient } from './weight-gradient';

/** Forward from the coordinates in the arena; `bias` is the image's first bias. */
function decodeForward(arena: usize, panels: i32, bias: usize): void {
  const records = pointer(Header.decoderRecords);
  const layers = word(Header.decoderLayers);
  encode(
    panels,
    arena + pointer(Header.arenaCoordinates),
    arena + layerPointer(records, Layer.input),
    layerWord(records, Layer.inputStride),
  );
  for (let layer = 0; layer < layers; layer++) {
    const rec = record(records, layer);
    const last = layer === layers - 1;
    const next = record(records, layer + 1);
    const x = arena + layerPointer(rec, Layer.input);
    const xStride = layerWord(rec, Layer.inputStride);
    product(
      panels,
      x,
      xStride,
      parameterAt(layerWord(rec, Layer.weight)),
      layerWord(rec, Layer.inputsPadded),
      0,
      layerWord(rec, Layer.outputsPadded),
      layer === 0 ? bias : parameterAt(layerWord(rec, Layer.bias)),
      layerWord(rec, Layer.residual) ? x : 0,
      xStride,
      0,
      0,
      last ? arena + pointer(Header.arenaOutput) : arena + layerPointer(next, Layer.input),
      last ? word(Header.outputStride) : layerWord(next, Layer.inputStride),
      layerWord(rec, Layer.activation) !== 0,
      real(Header.slope),
    );
  }
}

/**
 * Squared error of the block, whose output panels are overwritten by its gradient. Domain 'fourier': Hartley values at k
 * and −k are Re ∓ Im, the signs exchanged where the row was flipped. Padding rows have CTF 0 and target 0.
 */
function lossAndGradient(image: i32, from: i32, panels: i32, output: usize, flips: usize): f64 {
  const halfRows = word(Header.halfRows);
  const stride = word(Header.outputStride);
  const hermitian = word(Header.channels) === 2;
  const target = pointer(Header.target) + ((<usize>(image * 2 * halfRows)) << 2);
  const transfer = pointer(Header.transfer) + ((<usize>(image * halfRows)) << 2);
  const scale = f32x4.splat(<f32>(2 / (<f64>word(Header.batchCount) * <f64>word(Header.points))));
  let sum: f64 = 0;
  for (let panel = 0; panel < panels; panel++) {
    const row = (from + panel) << 3;
    const at = output + <usize>(panel * stride);
    let squares = f32x4.splat(0);
    for (let part: usize = 0; part < 32; part += 16) {
      const y = target + ((<usize>row) << 2) + part;
      const c = v128.load(transfer + ((<usize>(row >= halfRows ? row - halfRows : row)) << 2) + part);
      const re = v128.load(at + part);
      if (hermitian) {
        const sign = v128.load(flips + ((<usize>panel) << 5) + part);
        const im = f32x4.mul(sign, v128.load(at + part, 32));
        const near = f32x4.sub(f32x4.mul(c, f32x4.sub(re, im)), v128.load(y));
        const far = f32x4.sub(f32x4.mul(c, f32x4.add(re, im)), v128.load(y + ((<usize>halfRows) << 2)));
        squares = f32x4.add(squares, f32x4.add(f32x4.mul(near, near), f32x4.mul(far, far)));
        const factor = f32x4.mul(scale, c);
        v128.store(at + part, f32x4.mul(factor, f32x4.add(near, far)));
        v128.store(at + part, f32x4.mul(f32x4.mul(factor, sign), f32x4.sub(far, near)), 32);
      } else {
        const error = f32x4.sub(f32x4.mul(c, re), v128.load(y));
        squares = f32x4.add(squares, f32x4.mul(error, error));
        v128.store(at + part, f32x4.mul(f32x4.mul(scale, c), error));
      }
    }
    sum +=
      (<f64>f32x4.extract_lane(squares, 0) + <f64>f32x4.extract_lane(squares, 1)) +
      (<f64>f32x4.extract_lane(squares, 2) + <f64>f32x4.extract_lane(squares, 3));
  }
  return sum;
}

/** Forward, loss and backward of block `block` of the chunk; `gradient` is its group's, overwritten unless `add`. */
export function trainBlock(arena: usize, block: i32, gradient: usize, add: bool): void {
  const blocksPerImage = word(Header.blocksPerImage);
  const panelsPerImage = word(Header.panelsPerImage);
  const image = block / blocksPerImage;
  const part = block % blocksPerImage;
  const from = (part * panelsPerImage) / blocksPerImage;
  const panels = ((part + 1) * panelsPerImage) / blocksPerImage - from;
  const hidden = word(Header.hiddenPadded);
  const flips = arena + pointer(Header.arenaFlips);
  slice(pointer(Header.rotations) + <usize>image * 36, from, panels, arena + pointer(Header.arenaCoordinates), flips);
  decodeForward(arena, panels, pointer(Header.imageBias) + ((<usize>(image * hidden)) << 2));

  const output = arena + pointer(Header.arenaOutput);
  const squares = lossAndGradient(image, from, panels, output, flips);
  store<f64>(pointer(Header.blockLosses) + ((<usize>block) << 3), squares);

  const records = pointer(Header.decoderRecords);
  const shared = word(Header.sharedFloats);
  let dz = output;
  let dzStride = word(Header.outputStride);
  let into = arena + pointer(Header.arenaGradientA);
  let spare = arena + pointer(Header.arenaGradientB);
  for (let layer = word(Header.decoderLayers) - 1; layer >= 0; layer--) {
    const rec = record(records, layer);
    const x = arena + layerPointer(rec, Layer.input);
    const xStride = layerWord(rec, Layer.inputStride);
    const inputs = layerWord(rec, Layer.inputsPadded);
    const outputs = layerWord(rec, Layer.outputsPadded);
    const dw = gradient + ((<usize>(layerWord(rec, Layer.weight) - shared)) << 2);
    weightGradient(panels, dz, dzStride, x, xStride, inputs, 0, outputs, dw, add, arena + pointer(Header.arenaTurned));
    if (layer === 0) {
      rowSums(panels, dz, dzStride, 0, outputs, pointer(Header.blockSums) + ((<usize>(block * hidden)) << 2), false);
      break;
    }
    rowSums(panels, dz, dzStride, 0, outputs, gradient + ((<usize>(layerWord(rec, Layer.bias) - shared)) << 2), add);
    const hiddenStride = word(Header.hiddenStride);
    product(
      panels,
      dz,
      dzStride,
      layerPointer(rec, Layer.transposed),
      outputs,
      0,
      inputs,
      0,
      layerWord(rec, Layer.residual) ? dz : 0,
      dzStride,
      x,
      xStride,
      into,
      hiddenStride,
      false,
      real(Header.slope),
    );
    dz = into;
    dzStride = hiddenStride;
    into = spare;
    spare = dz;
  }
}

/** Decoder at coordinates `block·128 …` of the request, float32 (M×3), one z: channels values a coordinate. */
export function evaluateBlock(arena: usize, block: i32): void {
  const rows = word(Header.rows);
  const first = block << 7;
  const here = min(128, rows - first);
  const panels = (here + 7) >> 3;
  const channels = word(Header.channels);
  const coordinates = arena + pointer(Header.arenaCoordinates);
  const asked = pointer(Header.coordinates) + <usize>first * 12;
  for (let r = 0; r < panels << 3; r++) {
    const p = coordinates + <usize>(r >> 3) * 192 + ((<usize>(r & 7)) << 3);
    const q = asked + <usize>min(r, here - 1) * 12;
    store<f64>(p, <f64>load<f32>(q, 0), 0);
    store<f64>(p, <f64>load<f32>(q, 4), 64);
    store<f64>(p, <f64>load<f32>(q, 8), 128);
  }
  decodeForward(arena, panels, pointer(Header.imageBias));
  const output = arena + pointer(Header.arenaOutput);
  const stride = word(Header.outputStride);
  const values = pointer(Header.values) + ((<usize>(first * channels)) << 2);
  for (let r = 0; r < here; r++) {
    const from = output + <usize>((r >> 3) * stride) + ((<usize>(r & 7)) << 2);
    for (let c = 0; c < channels; c++)
      store<f32>(values + ((<usize>(r * channels + c)) << 2), load<f32>(from + ((<usize>c) << 5)));
  }
}
