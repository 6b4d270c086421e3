// Where a model's parameters lie in the one flat padded buffer, by their cryoDRGN names. A weight (out, in) is kept as
// panels of 4 units, [out/4][in][4], zero where padded, so that the product's kernels stream it as it is; zero padding
// stays zero under Adam. z's columns of the decoder's first layer are a matrix of their own: they become a bias an image.
// Order: encoder, z's columns, first bias (one gradient each), then the rest of the decoder (a gradient a group of blocks).
import type { ModelSpec, Tensor, Weights } from '../engine.ts';
import { parameter, decoderChain, encoderChain, type Chain } from '../parameters.ts';
import type { SliceLayout } from '../slices.ts';

/** The next multiple of four: lanes of a 128-bit vector. */
export const padded4 = (n: number): number => (n + 3) & ~3;

interface Piece {
  name: string;
  shape: number[];
  /** First float in the buffer. */
  offset: number;
  outputs: number;
  /** Columns of the tensor that this piece holds; a bias has none. */
  firstColumn: number;
  columns: number;
  /** Where each column lies, where not in order. */
  columnPlace: Int32Array | null;
  /** Columns in the buffer. */
  paddedColumns: number;
}

/** One layer as the kernels see it: widths, what is done at its end, and where weight and bias lie, in floats. */
export interface LayerPlace {
  /** Of a joined layer those of both images, each padded. */
  inputs: number;
  outputs: number;
  residual: boolean;
  activation: boolean;
  joined: boolean;
  weight: number;
  bias: number;
}

/** Where every parameter lies in the flat buffer: matrices outputs × inputs, both padded to fours. */
export interface ParameterLayout {
  pieces: Piece[];
  /** Floats of the whole buffer, and of its part with one gradient. */
  floats: number;
  sharedFloats: number;
  encoder: LayerPlace[];
  decoder: LayerPlace[];
  zWeights: number;
}

/**
 * The encoder's inputs as the kernels write them: first those of half points, then their mirror images. Place of each
 * input in raster order.
 */
function encoderInputPlaces(inputs: number): Int32Array {
  return Int32Array.from({ length: inputs }, (_, i) => (i < inputs / 2 ? i : inputs / 2 + (inputs - 1 - i)));
}

/** The inputs of a layer that sees two images: each image's padded to whole panels. */
function joinedPlaces(inputs: number): Int32Array {
  const each = inputs / 2;
  return Int32Array.from({ length: inputs }, (_, i) => (i < each ? i : padded4(each) + i - each));
}

/** Lays out all parameters: the encoder's, the decoder's, and z's columns of the first layer apart. */
export function layParameters(spec: ModelSpec, features: number, slices: SliceLayout): ParameterLayout {
  const pieces: Piece[] = [];
  let floats = 0;
  const place = (
    name: string,
    outputs: number,
    shapeIn: number,
    {
      firstColumn,
      columns,
      columnPlace = null,
    }: { firstColumn: number; columns: number; columnPlace?: Int32Array | null },
  ) => {
    const offset = floats;
    const isBias = shapeIn === 0;
    const shape = isBias ? [outputs] : [outputs, shapeIn];
    const paddedColumns = padded4(columnPlace ? Math.max(...columnPlace) + 1 : columns);
    pieces.push({ name, shape, offset, outputs, firstColumn, columns, columnPlace, paddedColumns });
    floats += padded4(outputs) * (isBias ? 1 : paddedColumns);
    return offset;
  };
  const layersOf = (chain: Chain): LayerPlace[] =>
    chain.map(({ name, inputs, outputs, residual, activated, joined }) => ({
      inputs: joined ? 2 * padded4(inputs / 2) : inputs,
      outputs,
      residual,
      activation: activated,
      joined,
      weight: place(`${name}.weight`, outputs, inputs, {
        firstColumn: 0,
        columns: inputs,
        columnPlace: joined ? joinedPlaces(inputs) : null,
      }),
      bias: place(`${name}.bias`, outputs, 0, { firstColumn: 0, columns: 0 }),
    }));

  const encoderLayers = encoderChain(spec, slices.encoderInputs);
  const encoder = encoderLayers ? layersOf(encoderLayers) : [];
  if (encoderLayers) pieces[0].columnPlace = encoderInputPlaces(slices.encoderInputs);

  const [first, ...others] = decoderChain(spec, features);
  const zWeights = floats;
  if (spec.zDim > 0)
    place(`${first.name}.weight`, first.outputs, first.inputs, { firstColumn: features, columns: spec.zDim });
  const firstBias = place(`${first.name}.bias`, first.outputs, 0, { firstColumn: 0, columns: 0 });
  const sharedFloats = floats;
  const decoder: LayerPlace[] = [
    {
      inputs: features,
      outputs: first.outputs,
      residual: false,
      activation: true,
      joined: false,
      weight: place(`${first.name}.weight`, first.outputs, first.inputs, { firstColumn: 0, columns: features }),
      bias: firstBias,
    },
    ...layersOf(others),
  ];
  return { pieces, floats, sharedFloats, encoder, decoder, zWeights };
}

/** Writes every parameter into the flat buffer. Error: 'checkpoint-syntax' where one is missing or of another shape. */
export function packParameters(layout: ParameterLayout, weights: Weights, flat: Float32Array): void {
  flat.fill(0, 0, layout.floats);
  for (const piece of layout.pieces) {
    const data = parameter(weights, piece.name, piece.shape);
    visit(piece, (inTensor, inFlat) => {
      flat[inFlat] = data[inTensor];
    });
  }
}

/** The parameters (or moments of them) in the flat buffer, in cryoDRGN's order and shapes. */
export function unpackParameters(layout: ParameterLayout, flat: Float32Array): Weights {
  const found = new Map<string, Tensor>();
  for (const piece of layout.pieces) {
    let tensor = found.get(piece.name);
    if (!tensor) {
      tensor = { shape: [...piece.shape], data: new Float32Array(piece.shape.reduce((a, b) => a * b, 1)) };
      found.set(piece.name, tensor);
    }
    const { data } = tensor;
    visit(piece, (inTensor, inFlat) => {
      data[inTensor] = flat[inFlat];
    });
  }
  // The first bias was placed before its weight's features: give the order of a state_dict.
  return new Map([...found].sort(([a], [b]) => orderOf(a) - orderOf(b)));
}

function orderOf(name: string): number {
  const layer = Number(/main\.(\d+)\./.exec(name)?.[1]);
  const network = ['encoder.main.', 'encoder.encoder1.', 'encoder.encoder2.', 'decoder.'].findIndex((prefix) =>
    name.startsWith(prefix),
  );
  return 1000 * network + 2 * layer + (name.endsWith('bias') ? 1 : 0);
}

function visit(piece: Piece, each: (inTensor: number, inFlat: number) => void): void {
  const { offset, outputs, columns, firstColumn, columnPlace, paddedColumns, shape } = piece;
  if (shape.length === 1) {
    for (let unit = 0; unit < outputs; unit++) each(unit, offset + unit);
    return;
  }
  for (let unit = 0; unit < outputs; unit++) {
    const panel = offset + (unit >> 2) * paddedColumns * 4 + (unit & 3);
    for (let column = 0; column < columns; column++) {
      const place = columnPlace ? columnPlace[column] : column;
      each(unit * shape[1] + firstColumn + column, panel + place * 4);
    }
  }
}
