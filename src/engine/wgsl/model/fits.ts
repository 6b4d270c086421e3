// What of a model fits on a device: the pieces that cannot be cut against the most that it has in one buffer or shows in one
// binding; and where they do not fit, the usual box and the usual width that would. Buffers are counted by the very code that
// makes them, on a device that only counts.
import { VitrineError } from '../../../base/errors.ts';
import type { EncodingTable, Fit, ModelSpec } from '../../engine.ts';
import { imagesPerLatent } from '../../parameters.ts';
import { Arena } from '../gpu/arena.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { bytesOf, ROWS_PAD, type Scalar } from '../gpu/kernels.ts';
import { floatsOf } from '../parameters/layout.ts';
import type { Tuned } from '../tuning/tuned.ts';
import { Network } from './network.ts';
import { makeTrainingBuffers } from './training-buffers.ts';

/** Boxes in pixels, and below the widths, that are proposed instead of what does not fit. */
export const USUAL_BOXES = [64, 96, 128, 160, 192, 256, 320, 384, 512];
/** Units of hidden layers that are proposed instead. */
export const USUAL_WIDTHS = [256, 384, 512, 768, 1024];

/** A buffer, or a part of one that a kernel is shown whole. */
export interface Piece {
  label: string;
  bytes: number;
  mostBytes: number;
}

/** Limits that count, and how the model would be made. */
export interface FitOptions {
  scalar: Scalar;
  tuned: Pick<Tuned, 'encoding'>;
  /** Of all buffers together, where that is known. */
  memoryBytes?: number;
}

type Limits = Pick<Gpu, 'bindingBytes'> & { device: { limits: Pick<GPUSupportedLimits, 'maxBufferSize'> } };

/** Buffers of the model itself and of a batch in the smallest chunks; labelled as they are when they are made. */
export function buffersOf(network: Network, images: number, tuned: FitOptions['tuned']): Piece[] {
  const buffers: Piece[] = [];
  const device = {
    limits: { maxBufferSize: Infinity },
    createBuffer({ label = '', size }: GPUBufferDescriptor) {
      buffers.push({ label, bytes: size, mostBytes: Infinity });
      return {};
    },
  } as unknown as GPUDevice;
  const model = new Arena(device, 'model', () => undefined);
  for (const label of ['parameters', 'gradients', 'first moments', 'second moments'])
    model.floats(label, network.parameters.size);
  for (const { region, scalar: type } of network.copies) model.buffer('matrix copy', bytesOf(type) * floatsOf(region));
  const batch = new Arena(device, 'batch', () => undefined);
  makeTrainingBuffers({ gpu: { bindingBytes: Infinity }, network, tuned }, batch, images, ROWS_PAD);
  return buffers;
}

/** What has to fit in one piece. Partial sums are cut to fit (weight-gradient/slicing.ts), maps are made of points else. */
function piecesOf(gpu: Limits, network: Network, images: number, buffers: readonly Piece[]): Piece[] {
  const { bindingBytes: inBinding } = gpu;
  const inBuffer = gpu.device.limits.maxBufferSize;
  const held = buffers.map((buffer): Piece => {
    // Flat buffers are shown in parts, those of a batch whole.
    if (!buffer.label.startsWith('batch')) return { ...buffer, label: 'all parameters', mostBytes: inBuffer };
    return { ...buffer, label: `a batch of ${images}`, mostBytes: inBinding };
  });
  const layers = [...(network.encoder ?? []), ...network.decoder];
  const matrices = layers.flatMap((layer) =>
    layer.matrices.map((region): Piece => {
      const part = layer.name.startsWith('encoder') ? 'encoder' : 'decoder';
      const label = layer === network.encoder?.[0] ? 'the encoder’s first layer' : `a layer of the ${part}`;
      return { label, bytes: 4 * floatsOf(region), mostBytes: inBinding };
    }),
  );
  return [...held, ...matrices];
}

function sumOf(buffers: readonly Piece[]): number {
  return buffers.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** `images`: of a batch; a model of pairs takes them two by two. */
export function fitOf(gpu: Limits, spec: ModelSpec, encoding: EncodingTable, images: number, options: FitOptions): Fit {
  const views = imagesPerLatent(spec);
  const batch = Math.max(1, Math.ceil(images / views)) * views;
  const tightest = (other: ModelSpec): Piece => {
    const network = new Network(other, encoding, options.scalar);
    const { memoryBytes = Infinity } = options;
    const buffers = buffersOf(network, batch, options.tuned);
    const all = { label: 'the model with its batch', bytes: sumOf(buffers), mostBytes: memoryBytes };
    const pieces = [...piecesOf(gpu, network, batch, buffers), all];
    return pieces.reduce((worst, piece) => (share(piece) > share(worst) ? piece : worst));
  };
  const { label, bytes, mostBytes } = tightest(spec);
  if (bytes <= mostBytes) return { fits: true, largest: { label, bytes, mostBytes }, instead: {} };
  const holds = (other: ModelSpec) => share(tightest(other)) <= 1;
  const boxPixels = USUAL_BOXES.findLast((box) => box < spec.boxPixels && holds(withBox(spec, box)));
  const width = USUAL_WIDTHS.findLast((wide) => wide < widthOf(spec) && holds(withWidth(spec, wide)));
  const instead = { ...(boxPixels !== undefined && { boxPixels }), ...(width !== undefined && { width }) };
  return { fits: false, largest: { label, bytes, mostBytes }, instead };
}

function share({ bytes, mostBytes }: Piece): number {
  return bytes / mostBytes;
}

/** The wider of both networks. */
function widthOf({ zDim, encoderDim, decoderDim }: ModelSpec): number {
  return zDim > 0 ? Math.max(encoderDim, decoderDim) : decoderDim;
}

/** At another box the encoder sees as much of an image; the encoding stays, whose features count for little. */
function withBox(spec: ModelSpec, boxPixels: number): ModelSpec {
  return { ...spec, boxPixels, encoderMaskRadius: Math.min(spec.encoderMaskRadius, boxPixels / 2) };
}

function withWidth(spec: ModelSpec, width: number): ModelSpec {
  const { encoderDim, decoderDim } = spec;
  return { ...spec, encoderDim: Math.min(encoderDim, width), decoderDim: Math.min(decoderDim, width) };
}

/** What to say of a model that a device's limits do not allow for. */
export function unfitError(spec: ModelSpec, { largest, instead }: Fit): VitrineError {
  const { label, bytes, mostBytes } = largest;
  return new VitrineError('out-of-memory', `The graphics processor cannot hold ${modelText(spec)}.`, {
    expected: `at most ${mebibytes(mostBytes)} in one piece`,
    found: `${mebibytes(bytes)} for ${label}`,
    advice: adviceOf(spec, instead),
    instead,
  });
}

/**
 * What to say where the memory did not hold a model with its smallest batch. Nobody tells how much there is of it: what takes
 * half as much is advised.
 */
export function fullError(gpu: Limits, spec: ModelSpec, encoding: EncodingTable, options: FitOptions): VitrineError {
  const images = imagesPerLatent(spec);
  const needed = sumOf(buffersOf(new Network(spec, encoding, options.scalar), images, options.tuned));
  const { instead } = fitOf(gpu, spec, encoding, images, { ...options, memoryBytes: needed / 2 });
  return new VitrineError('out-of-memory', `The memory of the graphics processor does not hold ${modelText(spec)}.`, {
    found: `${mebibytes(needed)} needed, with a batch of ${images}`,
    advice: `Close other programs that use it. ${adviceOf(spec, instead)}`,
    instead,
  });
}

function modelText(spec: ModelSpec): string {
  return `a model of box ${spec.boxPixels} and width ${widthOf(spec)}`;
}

function adviceOf(spec: ModelSpec, { boxPixels, width }: Fit['instead']): string {
  const ways = [
    ...(boxPixels === undefined ? [] : [`a box of ${boxPixels} pixels at width ${widthOf(spec)}`]),
    ...(width === undefined ? [] : [`width ${width} at a box of ${spec.boxPixels}`]),
  ];
  return ways.length > 0 ? `Take ${ways.join(', or ')}; or choose the CPU.` : 'Choose the CPU.';
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 2 ** 20).toLocaleString('en')} MiB`;
}
