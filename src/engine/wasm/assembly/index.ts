// What the threads run. Each entry is called by all threads of the engine at once, with the same `threads`; work is
// shared by units, images or blocks, and every sum has a fixed order, so the result does not depend on their number.
import { Header, Layer } from '../header-fields';
import { adam } from './adam';
import { barrier, resetWork, takeWork } from './barrier';
import { evaluateBlock, trainBlock } from './decoder';
import { encodeBackward, encodeForward, shareOf } from './encoder';
import { arenaOf, latentPanels, latentsOfChunk, layerPointer, layerWord, parameterAt, pointer, record, word } from './header';
import { prepareImage } from './images';
import {
  biasOfImage,
  gradientOfFirstLayer,
  gradientOfGivenLatents,
  gradientOfImageBias,
  gradientOfLatents,
  sample,
  sumLosses,
} from './latents';
import { transposePanels } from './weight-gradient';

export { scoreOwn, scoreShared } from './scores';
export { expectChunk } from './expectation';
export { factorPrepare } from './factor-images';
export { factorProducts, factorResiduals } from './factor-slices';
export { factorInsert } from './factor-insertion';
export { barrier } from './barrier';
export { fuses, product } from './product';
export { weightGradient, rowSums, transposePanels } from './weight-gradient';
export { encode, slice } from './encoding';
export { prepareImage } from './images';

function transposeWeights(records: usize, layers: i32, thread: i32, threads: i32): void {
  for (let layer = 1; layer < layers; layer++) {
    const rec = record(records, layer);
    const inputs = layerWord(rec, Layer.inputsPadded);
    transposePanels(
      parameterAt(layerWord(rec, Layer.weight)),
      inputs,
      layerWord(rec, Layer.outputsPadded),
      shareOf(inputs, thread, threads) >> 2,
      shareOf(inputs, thread + 1, threads) >> 2,
      layerPointer(rec, Layer.transposed),
    );
  }
}

function prepareImages(thread: i32, threads: i32, withEncoder: bool): void {
  const places = (latentPanels() << 3) * word(Header.tilts);
  for (let image = thread; image < places; image += threads) prepareImage(image, withEncoder);
}

/** μ and log σ² of a chunk of images. */
export function encodeChunk(thread: i32, threads: i32): void {
  prepareImages(thread, threads, true);
  barrier(threads);
  encodeForward(thread, threads);
}

/**
 * Loss and gradients of a chunk of a batch, added to those of the chunks before it; after the last chunk Adam's step.
 * What is little work beside the decoder is done by one thread: every barrier costs a wait where cores are lent out.
 */
export function trainChunk(thread: i32, threads: i32): void {
  const withEncoder = word(Header.encoderLayers) > 0;
  if (word(Header.firstChunk)) {
    transposeWeights(pointer(Header.decoderRecords), word(Header.decoderLayers), thread, threads);
    if (withEncoder) transposeWeights(pointer(Header.encoderRecords), word(Header.encoderLayers), thread, threads);
  }
  prepareImages(thread, threads, withEncoder);
  barrier(threads);
  const few = min(threads, word(Header.encoderThreads));
  if (thread < few) {
    if (withEncoder) encodeForward(thread, few);
    const tilts = word(Header.tilts);
    for (let latent = thread; latent < latentsOfChunk(); latent += few) {
      if (withEncoder) sample(latent);
      for (let tilt = 0; tilt < tilts; tilt++) biasOfImage(latent * tilts + tilt);
    }
    if (thread === 0) resetWork();
  }
  barrier(threads);
  trainBlocks(thread);
  barrier(threads);
  if (thread < few) gradientsBeforeDecoder(thread, few, withEncoder);
  if (word(Header.lastChunk)) {
    barrier(threads);
    adam(thread, threads);
  }
}

/** From the blocks' sums: first bias, z's columns, latents, encoder. */
function gradientsBeforeDecoder(thread: i32, threads: i32, withEncoder: bool): void {
  const count = word(Header.count);
  for (let image = thread; image < count; image += threads) gradientOfImageBias(image);
  barrier(threads);
  if (thread === 0) sumLosses();
  const hidden = word(Header.hiddenPadded);
  gradientOfFirstLayer(shareOf(hidden, thread, threads), shareOf(hidden, thread + 1, threads));
  if (!withEncoder) {
    for (let latent = thread; latent < latentsOfChunk(); latent += threads) gradientOfGivenLatents(latent);
    return;
  }
  const places = latentPanels() << 3;
  for (let latent = thread; latent < places; latent += threads)
    gradientOfLatents(latent, pointer(Header.encoderOutputGradient));
  barrier(threads);
  encodeBackward(thread, threads);
}

/** Groups of blocks as they come; a group's blocks run in order into its own gradient. */
function trainBlocks(thread: i32): void {
  const arena = arenaOf(thread);
  const groups = word(Header.groups);
  const blocks = word(Header.count) * word(Header.blocksPerImage);
  for (let group = takeWork(); group < groups; group = takeWork()) {
    const from = <i32>((<i64>blocks * group) / groups);
    const to = <i32>((<i64>blocks * (group + 1)) / groups);
    const touched = pointer(Header.groupTouched) + ((<usize>group) << 2);
    const gradient = pointer(Header.groupGradients) + <usize>group * pointer(Header.groupStride);
    for (let block = from; block < to; block++) {
      trainBlock(arena, block, gradient, load<i32>(touched) !== 0);
      store<i32>(touched, 1);
    }
  }
}

/** Decoder at the requested coordinates for the z in place of the first image's. */
export function evaluateChunk(thread: i32, threads: i32): void {
  if (thread === 0) {
    biasOfImage(0);
    resetWork();
  }
  barrier(threads);
  const arena = arenaOf(thread);
  const blocks = (word(Header.rows) + 127) >> 7;
  for (let block = takeWork(); block < blocks; block = takeWork()) evaluateBlock(arena, block);
}
