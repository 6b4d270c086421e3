// Which products and weight gradients of a model are worth a measurement: those of the decoder, whose rows are points. The
// keys they make are those that the model asks for when it records a step (model/cases.ts compares).
import type { EncodingTable, ModelSpec } from '../../engine.ts';
import { waveTable } from '../encoding/table.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { makeLattice } from '../../../imaging/lattice.ts';
import { padded } from '../parameters/layout.ts';
import type { ProductShape } from '../product/product.ts';
import type { WeightGradientShape } from '../weight-gradient/weight-gradient.ts';

/** What decides a model's largest products: width, features, activation, rows of a step. */
export interface TuningSizes extends Pick<ModelSpec, 'activation'> {
  /** Padded. */
  width: number;
  waves: Float32Array<ArrayBuffer>;
  features: number;
  withLatents: boolean;
  /** Of a training step: rows of the decoder for all images of a batch. */
  stepRows: number;
}

/** Images of a step where nobody says. */
const USUAL_BATCH = 8;

/** The sizes of a model; the rows of a step at the batch size that is usual unless given. */
export function tuningSizes(spec: ModelSpec, encoding: EncodingTable, batchSize = USUAL_BATCH): TuningSizes {
  const { waves, padded: features } = waveTable(encoding);
  const { activation, zDim, boxPixels, domain } = spec;
  const stepRows = (batchSize * makeLattice(boxPixels).points) / (domain === 'fourier' ? 2 : 1);
  return { activation, width: padded(spec.decoderDim), waves, features, withLatents: zDim > 0, stepRows };
}

/** Shapes of the decoder's first and hidden layers, there and back. */
export interface StepShapes {
  /** Of the first layer, features made on the way or read. */
  first: Record<'fused' | 'stored', { forward: ProductShape; gradient: WeightGradientShape }>;
  hidden: { forward: ProductShape; backward: ProductShape; gradient: WeightGradientShape };
}

/** The shapes of a step in one storage type. */
export function stepShapes({ activation, width, features, withLatents }: TuningSizes, scalar: Scalar): StepShapes {
  const first = (prologue: 'rows' | 'encoding') => ({
    forward: {
      label: `first ${prologue}`,
      prologue,
      epilogue: 'forward' as const,
      residual: false,
      activation,
      bias: withLatents ? ('by-image' as const) : ('shared' as const),
      inputs: features,
      outputs: width,
      scalar,
    },
    gradient: { label: `first ${prologue}`, prologue, inputs: features, outputs: width, scalar, bias: true },
  });
  const square = { prologue: 'rows' as const, inputs: width, outputs: width, scalar };
  return {
    first: { fused: first('encoding'), stored: first('rows') },
    hidden: {
      forward: { label: 'hidden', ...square, epilogue: 'forward', residual: true, activation, bias: 'shared' },
      backward: { label: 'backward', ...square, epilogue: 'backward', residual: true, activation, bias: 'none' },
      gradient: { label: 'gradient', ...square, bias: true },
    },
  };
}
