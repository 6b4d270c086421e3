// The memory of one model, planned whole before it is made: it never grows. Parameters, gradients and moments once; a
// chunk of images (a batch passes in chunks, so its size does not matter); activations of one block of rows a thread.
import { VitrineError } from '../../base/errors.ts';
import type { EncodingTable, ModelSpec } from '../engine.ts';
import { featureCount, imagesPerLatent } from '../parameters.ts';
import type { SliceLayout } from '../slices.ts';
import { Header, Layer, RECORDS_ADDRESS } from './header-fields.ts';
import { layParameters, padded4, type LayerPlace, type ParameterLayout } from './layers.ts';
import { WAVE_BYTES, wavesOf, type Wave } from './wave-table.ts';

const PANEL_ROWS = 8;
const TURNED_BYTES = 256;
/** Panels a block: 128 rows through a layer of 128 units are 64 KB, an L2 cache's worth through all layers. */
const BLOCK_PANELS = 16;
/** Bytes of image data a chunk may take, and the images it holds at least and at most. */
const CHUNK_BYTES = 32 * 2 ** 20;
const CHUNK_IMAGES = { least: 8, most: 64 };
/** Each group of blocks sums its own gradient; fewer where the decoder is large. Independent of the threads. */
const GROUPS = { least: 2, most: 16, bytes: 256 * 2 ** 20 };
/** The encoder's share of a step's work below which one thread does it while the others wait. */
const LITTLE_WORK = 0.02;
/** Points that are evaluated at a time. */
export const EVALUATE_ROWS = 16384;
const LIMIT_BYTES = 2 ** 32 - 2 ** 16;

/** Every region of a model's memory, in bytes from its beginning, and the words that tell the kernels. */
export interface MemoryPlan {
  bytes: number;
  header: Map<Header, number>;
  records: { at: number; words: number[] }[];
  parameters: ParameterLayout;
  waves: Wave[];
  features: number;
  chunkImages: number;
  groups: number;
}

/** Bytes from panel to panel: an odd number of 128-byte pairs of lines, so that panels do not share cache sets. */
export function panelStride(units: number): number {
  const pairs = Math.ceil((units * PANEL_ROWS * 4) / 128);
  return (pairs | 1) * 128;
}

/** Error: 'out-of-memory' where the model needs more than a 32-bit memory holds. */
export function planMemory(spec: ModelSpec, encoding: EncodingTable, slices: SliceLayout, threads: number): MemoryPlan {
  const features = featureCount(encoding);
  const parameters = layParameters(spec, features, slices);
  const waves = wavesOf(encoding);
  const header = new Map<Header, number>();
  const records: MemoryPlan['records'] = [];
  let end = RECORDS_ADDRESS + 4096;
  const take = (bytes: number): number => {
    const at = end;
    end += Math.ceil(bytes / 128) * 128;
    return at;
  };
  const put = (field: Header, bytes: number) => header.set(field, take(bytes));

  const points = slices.lattice.points;
  const half = points / 2;
  const halfRows = Math.ceil(half / PANEL_ROWS) * PANEL_ROWS;
  const panelsPerImage = (halfRows / PANEL_ROWS) * (spec.domain === 'fourier' ? 1 : 2);
  const blocksPerImage = Math.ceil(panelsPerImage / BLOCK_PANELS);
  const bytesOfImage = 4 * (points + 3 * halfRows + slices.encoderInputs);
  // Whole panels of images, of each view.
  const views = imagesPerLatent(spec);
  const step = PANEL_ROWS * views;
  const chunkImages = Math.min(
    CHUNK_IMAGES.most,
    Math.max(CHUNK_IMAGES.least * views, Math.floor(CHUNK_BYTES / bytesOfImage / step) * step),
  );
  const hidden = padded4(spec.decoderDim);
  const zPadded = padded4(spec.zDim);
  const groupBytes = Math.ceil((4 * (parameters.floats - parameters.sharedFloats)) / 128) * 128;
  const groups = Math.max(GROUPS.least, Math.min(GROUPS.most, Math.floor(GROUPS.bytes / groupBytes)));

  header.set(Header.zDim, spec.zDim);
  header.set(Header.zPadded, zPadded);
  header.set(Header.channels, slices.channels);
  header.set(Header.tilts, views);
  header.set(Header.points, points);
  header.set(Header.half, half);
  header.set(Header.halfRows, halfRows);
  header.set(Header.panelsPerImage, panelsPerImage);
  header.set(Header.blocksPerImage, blocksPerImage);
  header.set(Header.groups, groups);
  header.set(Header.hiddenPadded, hidden);
  header.set(Header.waves, encoding.isCosine.length === 0 ? 0 : waves.length);
  header.set(Header.featureRows, padded4(features));
  header.set(Header.decoderLayers, parameters.decoder.length);
  header.set(Header.encoderLayers, parameters.encoder.length);
  header.set(Header.encoderHalf, slices.encoderInputs / 2);
  header.set(Header.parameterFloats, parameters.floats);
  header.set(Header.sharedFloats, parameters.sharedFloats);
  header.set(Header.zWeights, parameters.zWeights);
  header.set(Header.firstBias, parameters.decoder[0].bias);

  const work = (layers: LayerPlace[]) => layers.reduce((sum, layer) => sum + layer.inputs * layer.outputs, 0);
  const encoderShare = work(parameters.encoder) / (work(parameters.decoder) * slices.rowsPerImage);
  header.set(Header.encoderThreads, encoderShare * threads < LITTLE_WORK ? 1 : threads);

  put(Header.waveTable, waves.length * WAVE_BYTES);
  put(Header.halfX, halfRows * 8);
  put(Header.halfY, halfRows * 8);
  put(Header.encoderSlot, half * 4);
  put(Header.ringOfPoint, half * 4);
  put(Header.parameters, parameters.floats * 4);
  put(Header.firstMoments, parameters.floats * 4);
  put(Header.secondMoments, parameters.floats * 4);
  put(Header.gradient, parameters.sharedFloats * 4);
  header.set(Header.groupStride, groupBytes);
  put(Header.groupGradients, groups * groupBytes);
  put(Header.groupTouched, groups * 4);

  put(Header.images, chunkImages * points * 4);
  put(Header.rotations, chunkImages * 36);
  put(Header.translations, chunkImages * 8);
  put(Header.ctf, chunkImages * 36);
  put(Header.optics, chunkImages * 40);
  const rings = spec.boxPixels / 2 + 1;
  header.set(Header.rings, rings);
  put(Header.amplitudes, chunkImages * rings * 4);
  put(Header.contrast, chunkImages * 4);
  put(Header.noise, chunkImages * spec.zDim * 4);
  put(Header.target, chunkImages * 2 * halfRows * 4);
  put(Header.transfer, chunkImages * halfRows * 4);
  put(Header.latents, chunkImages * zPadded * 4);
  put(Header.latentGradients, chunkImages * spec.zDim * 4);
  put(Header.imageBias, chunkImages * hidden * 4);
  put(Header.imageBiasGradient, chunkImages * hidden * 4);
  put(Header.blockSums, chunkImages * blocksPerImage * hidden * 4);
  put(Header.blockLosses, chunkImages * blocksPerImage * 8);
  put(Header.losses, 32);
  put(Header.coordinates, EVALUATE_ROWS * 12);
  put(Header.values, EVALUATE_ROWS * slices.channels * 4);

  // The encoder's rows are images: its activations are shared by all threads.
  const imagePanels = chunkImages / PANEL_ROWS;
  const encoderHidden = panelStride(padded4(spec.encoderDim));
  const encoderOutput = panelStride(padded4(2 * spec.zDim));
  header.set(Header.encoderHiddenStride, encoderHidden);
  header.set(Header.encoderOutputStride, encoderOutput);
  const withEncoder = parameters.encoder.length > 0;
  const panelsOf = (stride: number) => (withEncoder ? imagePanels * stride : 0);
  records.push({
    at: RECORDS_ADDRESS + 2048,
    words: recordsOf(parameters.encoder, take, (layer) => {
      // Where pairs are joined rows are twice as wide, and half as many.
      const { inputs, joined } = parameters.encoder[layer];
      const stride = layer === 0 || joined ? panelStride(padded4(inputs)) : encoderHidden;
      return { input: take(panelsOf(stride)), stride };
    }),
  });
  header.set(Header.encoderRecords, RECORDS_ADDRESS + 2048);
  put(Header.encoderOutput, panelsOf(encoderOutput));
  put(Header.encoderOutputGradient, panelsOf(encoderOutput));
  put(Header.encoderGradientA, panelsOf(encoderHidden));
  put(Header.encoderGradientB, panelsOf(encoderHidden));

  // The decoder's rows are points: a block's activations in an arena a thread.
  let arena = 0;
  const takeInArena = (bytes: number): number => {
    const at = arena;
    arena += Math.ceil(bytes / 128) * 128;
    return at;
  };
  const hiddenStride = panelStride(hidden);
  const outputStride = panelStride(padded4(slices.channels));
  records.push({
    at: RECORDS_ADDRESS,
    words: recordsOf(parameters.decoder, take, (layer) => {
      // One row more than the features, for what nobody wants.
      const stride = layer === 0 ? panelStride(padded4(features) + 1) : hiddenStride;
      return { input: takeInArena(BLOCK_PANELS * stride), stride };
    }),
  });
  header.set(Header.decoderRecords, RECORDS_ADDRESS);
  header.set(Header.hiddenStride, hiddenStride);
  header.set(Header.outputStride, outputStride);
  header.set(Header.arenaOutput, takeInArena(BLOCK_PANELS * outputStride));
  header.set(Header.arenaGradientA, takeInArena(BLOCK_PANELS * hiddenStride));
  header.set(Header.arenaGradientB, takeInArena(BLOCK_PANELS * hiddenStride));
  header.set(Header.arenaCoordinates, takeInArena(BLOCK_PANELS * PANEL_ROWS * 24));
  header.set(Header.arenaFlips, takeInArena(BLOCK_PANELS * PANEL_ROWS * 4));
  // The encoder's rows too: panels of all views of a chunk.
  header.set(Header.arenaTurned, takeInArena(Math.max(BLOCK_PANELS, imagePanels) * TURNED_BYTES));
  header.set(Header.arenaBytes, arena);
  put(Header.arenas, arena * threads);

  if (end > LIMIT_BYTES)
    throw new VitrineError('out-of-memory', 'This model is too large for the CPU engine.', {
      expected: 'at most 4 GB',
      found: `${(end / 2 ** 30).toFixed(1)} GB`,
      advice: 'Choose narrower or fewer layers.',
    });
  return { bytes: end, header, records, parameters, waves, features, chunkImages, groups };
}

/** Layer records; inputs are placed by `placeInput`, transposed weights by `take` for all layers but the first. */
function recordsOf(
  layers: LayerPlace[],
  take: (bytes: number) => number,
  placeInput: (layer: number) => { input: number; stride: number },
): number[] {
  return layers.flatMap((layer, i) => {
    const { input, stride } = placeInput(i);
    const words = new Array<number>(Layer.length).fill(0);
    words[Layer.inputsPadded] = padded4(layer.inputs);
    words[Layer.outputsPadded] = padded4(layer.outputs);
    words[Layer.weight] = layer.weight;
    words[Layer.bias] = layer.bias;
    words[Layer.transposed] = i === 0 ? 0 : take(4 * padded4(layer.inputs) * padded4(layer.outputs));
    words[Layer.residual] = layer.residual ? 1 : 0;
    words[Layer.activation] = layer.activation ? 1 : 0;
    words[Layer.joined] = layer.joined ? 1 : 0;
    words[Layer.input] = input;
    words[Layer.inputStride] = stride;
    return words;
  });
}
