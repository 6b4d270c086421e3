// Where each trainable parameter lies in the flat buffers of parameters, gradients and Adam's moments. Float32; matrices are
// (inputs × outputs) row-major, both sides padded to 16 with zeros that stay zeros; the last layer's is (outputs × inputs)
// as PyTorch keeps it. Regions begin at multiples of 64 floats, so that each can be bound.
import type { Chain } from '../../parameters.ts';
import { parameter } from '../../parameters.ts';
import type { Weights } from '../../engine.ts';

/** Rows and columns of activations and matrices are multiples of this, so that no kernel minds an odd end along k. */
const PAD = 16;
const ALIGNMENT = 64;

/** The next multiple of 16. */
export function padded(size: number): number {
  return Math.ceil(size / PAD) * PAD;
}

/** Where a parameter lies: its first float, rows and columns. */
export interface Region {
  /** First float, a multiple of 64. */
  offset: number;
  rows: number;
  columns: number;
  rowsPadded: number;
  columnsPadded: number;
}

/** Floats of a region. */
export function floatsOf(region: Region): number {
  return region.rowsPadded * region.columnsPadded;
}

/** A layer's matrices (one for each part of its inputs) and bias. */
export interface LayerRegions {
  name: string;
  inputs: number;
  outputs: number;
  residual: boolean;
  /** One, or for the decoder's first layer two: the features' rows, then z's. Inputs of part i are `inputRows[i]`. */
  matrices: Region[];
  /** For each row of each matrix (unpadded), which input of PyTorch's weight it is; −1 for none. */
  inputRows: Int32Array[];
  bias: Region;
  /** (outputs × inputs): the last layer of the decoder. */
  outputMajor: boolean;
}

/** All regions of a model, in the order they were added. */
export class ParameterLayout {
  readonly layers: LayerRegions[] = [];
  /** Floats of a flat buffer. */
  size = 0;

  private region(rows: number, columns: number, rowsPadded = padded(rows)): Region {
    const region = { offset: this.size, rows, columns, rowsPadded, columnsPadded: padded(columns) };
    this.size += Math.ceil(floatsOf(region) / ALIGNMENT) * ALIGNMENT;
    return region;
  }

  /**
   * `parts`: the rows of the first layer's matrices by input number, [0 … inputs−1] where it is not split. `lastByRows`:
   * the last layer is kept (outputs × inputs).
   */
  add(chain: Chain, parts: Int32Array[] | null, lastByRows: boolean): LayerRegions[] {
    const added = chain.map(({ name, inputs, outputs, residual }, i): LayerRegions => {
      const inputRows = i === 0 && parts ? parts : [Int32Array.from({ length: inputs }, (_, row) => row)];
      const outputMajor = lastByRows && i === chain.length - 1;
      const matrices = outputMajor
        ? [this.region(outputs, inputs, outputs)]
        : inputRows.map((rows) => this.region(rows.length, outputs));
      return { name, inputs, outputs, residual, inputRows, matrices, bias: this.region(1, outputs, 1), outputMajor };
    });
    this.layers.push(...added);
    return added;
  }

  /** Error: 'checkpoint-syntax' where a weight is missing or of another shape. */
  pack(weights: Weights): Float32Array<ArrayBuffer> {
    const flat = new Float32Array(this.size);
    for (const layer of this.layers) {
      const { name, inputs, outputs } = layer;
      const matrix = parameter(weights, `${name}.weight`, [outputs, inputs]);
      visit(layer, (at, out, input) => {
        flat[at] = matrix[out * inputs + input];
      });
      flat.set(parameter(weights, `${name}.bias`, [outputs]), layer.bias.offset);
    }
    return flat;
  }

  /** Weights under cryoDRGN's names and in PyTorch's layout, without the padding. */
  unpack(flat: Float32Array): Weights {
    const weights: Weights = new Map();
    for (const layer of this.layers) {
      const { name, inputs, outputs, bias } = layer;
      const data = new Float32Array(inputs * outputs);
      visit(layer, (at, out, input) => {
        data[out * inputs + input] = flat[at];
      });
      weights.set(`${name}.weight`, { shape: [outputs, inputs], data });
      weights.set(`${name}.bias`, { shape: [outputs], data: flat.slice(bias.offset, bias.offset + outputs) });
    }
    return weights;
  }
}

function visit(layer: LayerRegions, put: (at: number, output: number, input: number) => void): void {
  layer.matrices.forEach(({ offset, columnsPadded }, part) => {
    const rows = layer.inputRows[part];
    for (let row = 0; row < rows.length; row++) {
      const input = rows[row];
      if (input < 0) continue;
      for (let out = 0; out < layer.outputs; out++)
        put(offset + (layer.outputMajor ? out * columnsPadded + row : row * columnsPadded + out), out, input);
    }
  });
}
