// The encoder on a chunk of images (rows are images). Threads share every layer by its units, so a weight's gradient has
// one owner and no sum over threads; a barrier follows each layer.
import { Header, Layer } from '../header-fields';
import { barrier } from './barrier';
import { layerPointer, layerWord, parameterAt, pointer, real, record, word } from './header';
import { product } from './product';
import { rowSums, weightGradient } from './weight-gradient';

/** First unit of thread `thread`'s share of `units`, a multiple of 4. */
@inline
export function shareOf(units: i32, thread: i32, threads: i32): i32 {
  return <i32>((<i64>(units >> 2) * thread) / threads) << 2;
}
@inline
function panelsOfChunk(): i32 {
  return (word(Header.count) + 7) >> 3;
}

export function encodeForward(thread: i32, threads: i32): void {
  const records = pointer(Header.encoderRecords);
  const layers = word(Header.encoderLayers);
  for (let layer = 0; layer < layers; layer++) {
    const rec = record(records, layer);
    const next = record(records, layer + 1);
    const last = layer === layers - 1;
    const x = layerPointer(rec, Layer.input);
    const xStride = layerWord(rec, Layer.inputStride);
    const outputs = layerWord(rec, Layer.outputsPadded);
    product(
      panelsOfChunk(),
      x,
      xStride,
      parameterAt(layerWord(rec, Layer.weight)),
      layerWord(rec, Layer.inputsPadded),
      shareOf(outputs, thread, threads),
      shareOf(outputs, thread + 1, threads),
      parameterAt(layerWord(rec, Layer.bias)),
      layerWord(rec, Layer.residual) ? x : 0,
      xStride,
      0,
      0,
      last ? pointer(Header.encoderOutput) : layerPointer(next, Layer.input),
      last ? word(Header.encoderOutputStride) : layerWord(next, Layer.inputStride),
      layerWord(rec, Layer.activation) !== 0,
      real(Header.slope),
    );
    barrier(threads);
  }
}

/** From the gradient of the output; all threads have passed a barrier after it was written. */
export function encodeBackward(thread: i32, threads: i32): void {
  const records = pointer(Header.encoderRecords);
  const gradient = pointer(Header.gradient);
  const panels = panelsOfChunk();
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
    weightGradient(panels, dz, dzStride, x, xStride, inputs, from, to, dw, add);
    rowSums(panels, dz, dzStride, from, to, gradient + ((<usize>layerWord(rec, Layer.bias)) << 2), add);
    if (layer === 0) break;
    const hiddenStride = word(Header.encoderHiddenStride);
    product(
      panels,
      dz,
      dzStride,
      layerPointer(rec, Layer.transposed),
      outputs,
      shareOf(inputs, thread, threads),
      shareOf(inputs, thread + 1, threads),
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
    barrier(threads);
    dz = into;
    dzStride = hiddenStride;
    into = spare;
    spare = dz;
  }
}
