// Proofs of the tuning: it chooses for every kernel that a step asks for, keeps out what is wrong or does not compile, and
// what it kept is used again.
import type { KernelCase } from '../../../../testing/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { productVariants } from '../product/product.ts';
import { stepShapes, type TuningSizes } from './sizes.ts';
import { openTuned, tuningKey, type TuningStore } from './store.ts';
import { Tuner, tuneEngine } from './tune.ts';
import { agree, outputOf, TrialBuffers } from './trial.ts';
import { Tuned, type Choice } from './tuned.ts';

const WAVES = Float32Array.from({ length: 8 * 4 }, (_, i) => (i % 4 === 3 ? 3 : 10 - i));
export const SIZES: TuningSizes = { activation: 'relu', width: 32, features: 16, waves: WAVES, withLatents: true };

function must(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}

async function withBuffers(gpu: Gpu, rows: number, work: (buffers: TrialBuffers) => Promise<void>): Promise<void> {
  const arena = gpu.arena('tuning');
  await work(new TrialBuffers(gpu, arena, SIZES, 'f32', rows));
  arena.destroy();
}

export const cases: KernelCase[] = [
  {
    name: 'a wrong variant and one that does not compile are left out',
    run: (gpu) =>
      withBuffers(gpu, 300, async (buffers) => {
        const choices: Record<string, Choice> = {};
        const { hidden } = stepShapes(SIZES, 'f32');
        const [plain] = productVariants(gpu, hidden.forward, 300).filter(({ kind }) => kind === 'register');
        const right = { ...plain };
        const wrong = { kind: 'wrong' };
        const broken = { kind: 'broken' };
        const found = await new Tuner(gpu, buffers, choices, 3).choose(
          {
            key: 'kernel',
            variants: [wrong, broken, right],
            make: (variant, rows) => {
              if (variant === broken) return Promise.reject(new Error('does not compile'));
              const shape = variant === wrong ? { ...hidden.forward, residual: false } : hidden.forward;
              return buffers.product(shape, plain, rows);
            },
          },
          300,
        );
        must(
          `the right one alone is chosen, not ${JSON.stringify(found)}`,
          found.length === 1 && found[0].variant === right,
        );
        must('the choice is noted', choices['kernel'].variant === JSON.stringify(right));
      }),
  },
  {
    name: 'outputs that nobody wrote agree with nothing',
    run: (gpu) =>
      withBuffers(gpu, 200, async (buffers) => {
        const { forward } = stepShapes(SIZES, 'f32').hidden;
        const trial = await buffers.product(forward, productVariants(gpu, forward, 200)[0], 200);
        const whole = await outputOf(gpu, trial);
        must('a product agrees with itself', agree(await outputOf(gpu, trial), whole, 'f32'));
        const nothing = await outputOf(gpu, { ...trial, dispatches: [] });
        must('poison is refused', !agree(nothing, whole, 'f32'));
      }),
  },
  {
    name: 'all kernels of a step are chosen and looked up, and nothing is left behind',
    async run(gpu) {
      const held = gpu.bytesHeld;
      const tuning = await tuneEngine(gpu, SIZES, { rows: 256, candidates: 1 });
      // What read-backs go through may have grown.
      must(`${gpu.bytesHeld - held} bytes are left`, gpu.bytesHeld - held <= 2 ** 18);
      must('it has a rate', (tuning.rate ?? 0) > 1e5);
      const tuned = new Tuned(gpu, tuning);
      for (const scalar of gpu.half ? (['f32', 'f16'] as const) : (['f32'] as const)) {
        const { first, hidden } = stepShapes(SIZES, scalar);
        const products = [first.fused.forward, first.stored.forward, hidden.forward, hidden.backward];
        const gradients = [first.fused.gradient, first.stored.gradient, hidden.gradient];
        for (const shape of products)
          must(`${shape.label} is noted`, isNoted(tuning.choices, tuned.product({ ...shape, label: 'other' }, 5000)));
        for (const shape of gradients)
          must(`${shape.label} is noted`, isNoted(tuning.choices, tuned.weightGradient({ ...shape, label: '' }, 5000)));
      }
      const count = gpu.half ? 2 * 7 + 2 : 7 + 2;
      must(`${Object.keys(tuning.choices).length} choices`, Object.keys(tuning.choices).length === count);
    },
  },
  {
    name: 'a tuning is kept, read again, and refused where it is not one',
    async run(gpu) {
      const kept = new Map<string, string>();
      let saved = 0;
      const store: TuningStore = {
        load: (key) => Promise.resolve(kept.get(key) ?? null),
        save(key, text) {
          saved++;
          kept.set(key, text);
          return Promise.resolve();
        },
      };
      const options = { store, software: true, rows: 256, candidates: 1 };
      const fresh = await openTuned(gpu, SIZES, options);
      const again = await openTuned(gpu, SIZES, options);
      must('measured once', saved === 1 && JSON.stringify(fresh.tuning) === JSON.stringify(again.tuning));
      kept.set(tuningKey(gpu, SIZES), '{"version":');
      await openTuned(gpu, SIZES, options);
      must('measured again where the file is spoiled', saved === 2);
      if (gpu.software) {
        const defaults = await openTuned(gpu, SIZES, { store });
        must('software keeps its defaults', defaults.tuning === null && defaults.rate === null);
      }
    },
  },
];

function isNoted(choices: Record<string, Choice>, variant: object): boolean {
  return Object.values(choices).some((one) => one.variant === JSON.stringify(variant));
}
