// Models and batches that benchmarks train: noise images of a given box, random poses, one CTF each; gaussian features, zdim 8,
// three residual layers in both networks, as bench/torch/step.py has them.
import type { EncodingTable, Engine, FieldModel, ImageBatch, ModelOptions, ModelSpec } from '../src/engine/engine.ts';
import { decoderChain, encoderChain } from '../src/engine/parameters.ts';
import { makeSliceLayout } from '../src/engine/slices.ts';
import { Header } from '../src/engine/wasm/header-fields.ts';
import { padded4 } from '../src/engine/wasm/layers.ts';
import { planMemory } from '../src/engine/wasm/memory-plan.ts';
import { makeEncoding } from '../src/field/network/encodings.ts';
import { initialWeights } from '../src/field/network/initialise.ts';
import { Random } from '../src/geometry/random.ts';
import { randomRotations } from '../src/geometry/rotation.ts';
import { makeLattice } from '../src/imaging/lattice.ts';

export interface Size {
  boxPixels: number;
  /** Width of both networks. */
  width: number;
  batch: number;
}

export const STEP = { learningRate: 1e-4, weightDecay: 0, beta: 1 / 8 };

export function sizeWords({ boxPixels, width, batch }: Size): string {
  return `D=${boxPixels}, ${width}×3, batch ${batch}`;
}

export function specOf({ boxPixels, width }: Size, zDim = 8): ModelSpec {
  return {
    boxPixels,
    zDim,
    domain: 'fourier',
    activation: 'relu',
    decoderLayers: 3,
    decoderDim: width,
    encoderLayers: 3,
    encoderDim: width,
    encoderMaskRadius: boxPixels / 2,
  };
}

function encodingOf({ boxPixels }: Size): EncodingTable {
  return makeEncoding({ type: 'gaussian', frequencies: null, sigma: 0.5 }, boxPixels, new Random(0));
}

export function createModel(engine: Engine, size: Size, zDim?: number, options?: ModelOptions): Promise<FieldModel> {
  const spec = specOf(size, zDim);
  const encoding = encodingOf(size);
  return engine.createModel(
    { kind: 'network', spec, encoding },
    { weights: initialWeights(spec, encoding, new Random(1)) },
    options,
  );
}

export function syntheticBatch(size: Size, seed = 1): ImageBatch {
  const { boxPixels, batch: count } = size;
  const random = new Random(seed);
  const points = makeLattice(boxPixels).points;
  const ctf = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) {
    const defocus = 10000 + 15000 * random.uniform();
    ctf.set([boxPixels, 4, defocus, defocus + 300, 30, 300, 2.7, 0.1, 0], 9 * i);
  }
  return {
    count,
    images: random.fillNormal(new Float32Array(count * points)),
    rotations: randomRotations(random, count),
    translations: random.fillNormal(new Float32Array(2 * count)).map((v) => 0.02 * v),
    ctf,
    noise: random.fillNormal(new Float32Array(count * specOf(size).zDim)),
  };
}

/** Products of a step for one image, two a multiply-add: forward, gradients of weights and, but for the first layer, inputs. */
export function flopsOfImage(size: Size): number {
  const spec = specOf(size);
  const slices = makeSliceLayout(spec);
  const products = (chain: { inputs: number; outputs: number }[] | null) =>
    (chain ?? []).reduce((sum, { inputs, outputs }, i) => sum + inputs * outputs * (i === 0 ? 2 : 3), 0);
  const features = 6 * Math.floor(size.boxPixels / 2);
  return (
    2 *
    (slices.rowsPerImage * products(decoderChain(spec, features)) + products(encoderChain(spec, slices.encoderInputs)))
  );
}

/** What the CPU engine's kernels see of a model: widths padded to fours, panels of 8 points a block. */
export function blockSize(size: Size) {
  const spec = specOf(size);
  const slices = makeSliceLayout(spec);
  const plan = planMemory(spec, encodingOf(size), slices, 1);
  const panels = plan.header.get(Header.panelsPerImage) ?? NaN;
  const blocks = plan.header.get(Header.blocksPerImage) ?? NaN;
  return {
    width: padded4(size.width),
    batch: size.batch,
    features: padded4(plan.features),
    encoderInputs: padded4(slices.encoderInputs),
    blockPanels: Math.ceil(panels / blocks),
  };
}
