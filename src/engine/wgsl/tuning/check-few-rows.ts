// ModelKernels of few rows, the encoder's and the latents', are not tuned: their default runs. What it computes is compared with the
// plainest variant once, when a program first asks for it; one that is wrong here is not asked for again.
import type { Gpu } from '../gpu/gpu.ts';
import { productVariants } from '../product/product.ts';
import { weightGradientVariants, type WeightGradientShape } from '../weight-gradient/weight-gradient.ts';
import { agree, outputOf, TrialBuffers, type Trial } from './trial.ts';
import type { RequestedVariant, Tuned } from './tuned.ts';

/** Whether one that was asked for is wrong: what was recorded with it has to be recorded anew. */
export async function rejectWrongVariants(gpu: Gpu, tuned: Tuned): Promise<boolean> {
  let refused = false;
  for (const asked of tuned.unchecked()) {
    const right = await isRight(gpu, asked);
    tuned.checked(asked, right);
    refused ||= !right;
  }
  return refused;
}

async function isRight(gpu: Gpu, asked: RequestedVariant): Promise<boolean> {
  const { shape, rows } = asked;
  const sizes = { activation: 'relu', withLatents: false, waves: new Float32Array(8), stepRows: 0 } as const;
  const { arena, made } = await gpu.allocate(
    'few rows',
    (arena) =>
      new TrialBuffers(gpu, arena, { ...sizes, width: shape.outputs, features: shape.inputs }, shape.scalar, rows),
  );
  try {
    const plain = await plainTrial(gpu, made, asked);
    // Of a matrix that no binding shows there is but one kernel; the plain one needs no proof.
    if (!plain) return true;
    const trial = await trialOf(made, asked);
    const wanted = await outputOf(gpu, plain);
    return agree(await outputOf(gpu, trial), wanted, trial.scalar);
  } finally {
    arena.destroy();
  }
}

function trialOf(made: TrialBuffers, asked: RequestedVariant): Promise<Trial> {
  const { kernel, rows } = asked;
  if (kernel === 'product') return made.product(asked.shape, asked.variant, rows);
  if (kernel === 'weight-gradient') return made.weightGradient(asked.shape, asked.variant, rows);
  return made.fewRows(asked.shape, asked.variant, rows);
}

const isPlain = (variant: { kind: string } | string): boolean =>
  typeof variant !== 'string' && variant.kind === 'register';

/** The same by kernels without workgroup memory; null where there are none, or where these are what was asked for. */
async function plainTrial(
  gpu: Gpu,
  made: TrialBuffers,
  { kernel, shape, rows, variant }: RequestedVariant,
): Promise<Trial | null> {
  if (isPlain(variant)) return null;
  const gradient = (one: WeightGradientShape): Promise<Trial> | null => {
    const plain = weightGradientVariants(gpu, one, rows).find(isPlain);
    return plain ? made.weightGradient(one, plain, rows) : null;
  };
  if (kernel === 'weight-gradient') return gradient(shape);
  const plain = productVariants(gpu, shape, rows).find(isPlain);
  if (!plain) return null;
  const product = await made.product(shape, plain, rows);
  if (kernel === 'product' || variant === 'product') return product;
  const { label, inputs, outputs, scalar } = shape;
  // The way back: what the layer multiplied has as many columns as its product has outputs.
  const weights = await gradient({ label, prologue: 'rows', inputs: outputs, outputs: inputs, scalar, bias: true });
  if (!weights) return null;
  const { dispatches, ...written } = product;
  return { ...weights, dispatches: [...weights.dispatches, ...dispatches], also: [...(weights.also ?? []), written] };
}
