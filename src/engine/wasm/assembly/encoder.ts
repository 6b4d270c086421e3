// The encoder on a chunk of images (rows are images). Threads share every layer by its units, so a weight's gradient has
// one owner and no sum over threads; a barrier follows each layer. Of tilt pairs the first layers see single images: panels
// of all first tilts, then as many of all second ones. The layer before the joined one writes both beside each other, as
// the units of one row, and its gradient is written apart again.
import { Header, Layer } from '../header-fields';
import { barrier } from './barrier';
import { arenaOf, latentPanels, layerPointer, layerWord, parameterAt, pointer, real, record, word } from './header';
import { product } from './product';
import { rowSums, weightGradient } from './weight-gradient';

/** First unit of thread `thread`'s share of `units`, a multiple of 4. */
@inline
export function shareOf(units: i32, thread: i32, threads: i32): i32 {
  return <i32>((<i64>(units >> 2) * thread) / threads) << 2;
}

export function encodeForward(thread: i32, threads: i32): void {
  const records = pointer(Header.encoderRecords);
  const layers = word(Header.encoderLayers);
  let tilts = word(Header.tilts);
  for (let layer = 0; layer < layers; layer++) {
    const rec = record(records, layer);
    const next = record(records, layer + 1);
    const last = layer === layers - 1;
    const x = layerPointer(rec, Layer.input);
    const xStride = layerWord(rec, Layer.inputStride);
    const outputs = layerWord(rec, Layer.outputsPadded);
    if (layerWord(rec, Layer.joined)) tilts = 1;
    const joins = !last && layerWord(next, Layer.joined) !== 0;
    const panels = latentPanels();
    const parts = joins ? tilts : 1;
    for (let part = 0; part < parts; part++) {
      const rows = x + <usize>(part * panels * xStride);
      const out = last ? pointer(Header.encoderOutput) : layerPointer(next, Layer.input);
      product(
        (tilts / parts) * panels,
        rows,
        xStride,
        parameterAt(layerWord(rec, Layer.weight)),
        layerWord(rec, Layer.inputsPadded),
        shareOf(outputs, thread, threads),
        shareOf(outputs, thread + 1, threads),
        parameterAt(layerWord(rec, Layer.bias)),
        layerWord(rec, Layer.residual) ? rows : 0,
        xStride,
        0,
        0,
        out + ((<usize>(part * outputs)) << 5),
        last ? word(Header.encoderOutputStride) : layerWord(next, Layer.inputStride),
        layerWord(rec, Layer.activation) !== 0,
        real(Header.slope),
      );
    }
    barrier(threads);
  }
}

/** From the gradient of the output; all threads have passed a barrier after it was written. */
export function encodeBackward(thread: i32, threads: i32): void {
  const scratch = arenaOf(thread) + pointer(Header.arenaTurned);
  const records = pointer(Header.encoderRecords);
  const gradient = pointer(Header.gradient);
  const hiddenStride = word(Header.encoderHiddenStride);
  let panels = latentPanels();
  const add = word(Header.firstChunk) === 0;
  let dz = pointer(Header.encoderOutputGradient);
  let dzStride = word(Header.encoderOutputStride);
  let into = pointer(Header.encoderGradientA);
  let spare = pointer(Header.encoderGradientB);
  for (let layer = word(Header.encoderLayers) - 1; layer >= 0; layer--) {
    const rec = record(records, layer);
    const x = layerPointer(rec, Layer.input);
    const xStride = layerWord(rec, Layer.inputStride);
    const inputs = layerWord(rec, Layer.inputsPadded);
    const outputs = layerWord(rec, Layer.outputsPadded);
    const from = shareOf(outputs, thread, threads);
    const to = shareOf(outputs, thread + 1, threads);
    const dw = gradient + ((<usize>layerWord(rec, Layer.weight)) << 2);
    weightGradient(panels, dz, dzStride, x, xStride, inputs, from, to, dw, add, scratch);
    rowSums(panels, dz, dzStride, from, to, gradient + ((<usize>layerWord(rec, Layer.bias)) << 2), add);
    if (layer === 0) break;
    const parts = layerWord(rec, Layer.joined) ? word(Header.tilts) : 1;
    const units = inputs / parts;
    const gated = layerWord(record(records, layer - 1), Layer.activation) !== 0;
    for (let part = 0; part < parts; part++) {
      // Units of the second tilt go to panels of their own, from their first unit on.
      const apart = into + <usize>(part * panels * hiddenStride) - ((<usize>(part * units)) << 5);
      product(
        panels,
        dz,
        dzStride,
        layerPointer(rec, Layer.transposed),
        outputs,
        part * units + shareOf(units, thread, threads),
        part * units + shareOf(units, thread + 1, threads),
        0,
        layerWord(rec, Layer.residual) ? dz : 0,
        dzStride,
        gated ? x : 0,
        xStride,
        apart,
        hiddenStride,
        false,
        real(Header.slope),
      );
    }
    barrier(threads);
    panels *= parts;
    dz = into;
    dzStride = hiddenStride;
    into = spare;
    spare = dz;
  }
}
