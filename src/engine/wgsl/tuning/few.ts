// Kernels of few rows, the encoder's and the latents', are not tuned: their default runs. What it computes is compared with the
// plainest variant once, when a program first asks for it; one that is wrong here is not asked for again.
import type { Gpu } from '../gpu/gpu.ts';
import { productVariants } from '../product/product.ts';
import { weightGradientVariants } from '../weight-gradient/weight-gradient.ts';
import { agree, outputOf, TrialBuffers, type Trial } from './trial.ts';
import type { Asked, Tuned } from './tuned.ts';

/** Whether one that was asked for is wrong: what was recorded with it has to be recorded anew. */
export async function refuseWrong(gpu: Gpu, tuned: Tuned): Promise<boolean> {
  let refused = false;
  for (const asked of tuned.unchecked()) {
    const right = await isRight(gpu, asked);
    tuned.checked(asked, right);
    refused ||= !right;
  }
  return refused;
}

async function isRight(gpu: Gpu, asked: Asked): Promise<boolean> {
  const { shape, rows } = asked;
  const isPlain = ({ kind }: { kind: string }): boolean => kind === 'register';
  const sizes = { activation: 'relu', withLatents: false, waves: new Float32Array(8) } as const;
  const { arena, made } = await gpu.allocate(
    'few rows',
    (arena) =>
      new TrialBuffers(gpu, arena, { ...sizes, width: shape.outputs, features: shape.inputs }, shape.scalar, rows),
  );
  try {
    let trial: Trial;
    let plain: Trial;
    if (asked.kernel === 'product') {
      const offered = productVariants(gpu, asked.shape, rows).find(isPlain);
      // Of a matrix that no binding shows there is but one kernel; the plain one needs no proof.
      if (!offered || isPlain(asked.variant)) return true;
      plain = await made.product(asked.shape, offered, rows);
      trial = await made.product(asked.shape, asked.variant, rows);
    } else {
      const offered = weightGradientVariants(gpu, asked.shape, rows).find(isPlain);
      if (!offered || isPlain(asked.variant)) return true;
      plain = await made.weightGradient(asked.shape, offered, rows);
      trial = await made.weightGradient(asked.shape, asked.variant, rows);
    }
    const wanted = await outputOf(gpu, plain);
    return agree(await outputOf(gpu, trial), wanted, trial.scalar);
  } finally {
    arena.destroy();
  }
}
