// Proofs of the tuning: it chooses for every kernel that a step asks for, keeps out what is wrong or does not compile, and
// what it kept is used again.
import type { KernelCase } from '../../proof/kernel-cases.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { productVariants } from '../product/product.ts';
import type { ChoosingProgress } from '../../engine.ts';
import { KernelChooser } from './kernel-chooser.ts';
import { rejectWrongVariants } from './check-few-rows.ts';
import { stepShapes, type TuningSizes } from './sizes.ts';
import { clearTunings, keptTunings, tuningKey, type TuningStore } from './store.ts';
import { ProgressCounter } from './progress-counter.ts';
import { plannedTrials, tuneEngine, type TuneOptions } from './tune.ts';
import { Tuner } from './tuner.ts';
import { agree, outputOf, TrialBuffers } from './trial.ts';
import { Tuned, type Choice } from './tuned.ts';

const WAVES = Float32Array.from({ length: 8 * 4 }, (_, i) => (i % 4 === 3 ? 3 : 10 - i));
/** A model small enough that its tuning takes a moment. */
export const SIZES: TuningSizes = {
  activation: 'relu',
  width: 32,
  features: 16,
  waves: WAVES,
  withLatents: true,
  stepRows: 256,
};

const QUICK = { rows: 256, candidates: 1, warmSeconds: 0 } satisfies TuneOptions;

function memoryStore() {
  const kept = new Map<string, string>();
  let saves = 0;
  const store: TuningStore = {
    load: (key) => Promise.resolve(kept.get(key) ?? null),
    save(key, text) {
      saves++;
      kept.set(key, text);
      return Promise.resolve();
    },
    list: () => Promise.resolve([...kept.keys()]),
    remove: (key) => Promise.resolve(void kept.delete(key)),
  };
  return { store, kept, saved: () => saves };
}

function must(what: string, holds: boolean): void {
  if (!holds) throw new Error(what);
}

async function withBuffers(gpu: Gpu, rows: number, work: (buffers: TrialBuffers) => Promise<void>): Promise<void> {
  const arena = gpu.arena('tuning');
  await work(new TrialBuffers(gpu, arena, SIZES, 'f32', rows));
  arena.destroy();
}

/** On a model of SIZES, with stores that keep nothing beyond a case. */
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
        const parts = {
          gpu,
          choices,
          candidates: 3,
          counter: new ProgressCounter(3),
          turn: <T>(work: () => Promise<T>) => work(),
        };
        const found = await new Tuner(parts, buffers).choose(
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
      const tuning = await tuneEngine(gpu, SIZES, QUICK);
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
    name: 'a tuning is kept, read again, refused where it is not one, and chosen again where it was cleared',
    async run(gpu) {
      const { store, kept, saved } = memoryStore();
      const kernelsOf = async () => (await new KernelChooser(gpu, store, QUICK).kernelsFor(SIZES, {})).choice;
      const fresh = await kernelsOf();
      const again = await kernelsOf();
      must('measured once', saved() === 1 && JSON.stringify(fresh) === JSON.stringify(again));
      must('both rates are kept', (fresh.rate ?? 0) > 1e5 && (fresh.bandwidth ?? 0) > 1e5);
      kept.set(tuningKey(gpu, SIZES), '{"version":');
      await kernelsOf();
      must('measured again where the file is spoiled', saved() === 2);
      const [listed] = await keptTunings(store);
      must(`listed as ${JSON.stringify(listed)}`, listed.current && listed.sizes === '16×32 relu z');
      must('all cleared', (await clearTunings(store)) === 1 && (await keptTunings(store)).length === 0);
      if (gpu.software) {
        const defaults = await new KernelChooser(gpu, store).kernelsFor(SIZES, {});
        must('software keeps its defaults', defaults.tuned.tuning === null && defaults.tuned.rate === null);
      }
    },
  },
  {
    name: 'progress counts what is tried, and what its run keeps is taken again',
    async run(gpu) {
      const told: (ChoosingProgress | null)[] = [];
      const { store, saved } = memoryStore();
      const chooser = new KernelChooser(gpu, store, QUICK);
      const choosing = { onProgress: (progress: ChoosingProgress | null) => void told.push(progress) };
      const { choice } = await chooser.kernelsFor(SIZES, { choosing });
      const counts = told.flatMap((one) => (one ? [one.done] : []));
      const { total } = told[0]!;
      must(`as many as planned: ${counts.join()} of ${total}`, counts.join() === [...Array(total + 1).keys()].join());
      must('it is over', told.at(-1) === null && total === plannedTrials(gpu, SIZES, QUICK.candidates));
      await clearTunings(store);
      const pinned = await new KernelChooser(gpu, store, QUICK).kernelsFor(SIZES, { kernels: choice });
      must(
        'the run goes on with its kernels',
        JSON.stringify(pinned.choice) === JSON.stringify(choice) && saved() === 1,
      );
    },
  },
  {
    name: 'beside a training: a piece at a time, the model is outdated at the end; given up nothing is left',
    async run(gpu) {
      const held = gpu.bytesHeld;
      const { store, saved } = memoryStore();
      const chooser = new KernelChooser(gpu, store, QUICK);
      const beside = await chooser.kernelsFor(SIZES, { choosing: { when: 'beside' } });
      must('begins with defaults', beside.tuned.tuning === null && Object.keys(beside.choice.choices).length === 0);
      for (let turns = 0; !beside.outdated; turns++) {
        must('it ends', turns < 20_000);
        await beside.beside();
        await new Promise((done) => setTimeout(done));
      }
      must('kept', saved() === 1);
      const again = await chooser.kernelsFor(SIZES, { kernels: beside.choice });
      must(
        'an epoch that was begun with defaults is begun with them again',
        again.tuned.tuning === null && again.outdated,
      );
      const skip = new AbortController();
      const other = new KernelChooser(gpu, null, QUICK);
      const skipped = await other.kernelsFor(SIZES, { choosing: { when: 'beside', skip: skip.signal } });
      await skipped.beside();
      skip.abort();
      await other.forget();
      must('defaults stay', !skipped.outdated);
      const cancel = new AbortController();
      const cancelled = other
        .kernelsFor(SIZES, { signal: cancel.signal })
        .catch((error: { code?: string }) => error.code);
      cancel.abort();
      must('cancelled', (await cancelled) === 'cancelled');
      await other.forget();
      must(`${gpu.bytesHeld - held} bytes are left`, gpu.bytesHeld - held <= 2 ** 18);
    },
  },
  {
    name: 'what fails is told, and defaults serve',
    async run(gpu) {
      const notices: string[] = [];
      const broken = Object.create(gpu, {
        measure: { value: () => Promise.resolve(0) },
        pace: { value: gpu.pace },
      }) as Gpu;
      const choosing = { onNotice: ({ code }: { code: string }) => void notices.push(code) };
      const { store, saved } = memoryStore();
      const { tuned } = await new KernelChooser(broken, store, QUICK).kernelsFor(SIZES, { choosing });
      must('defaults', tuned.tuning === null && saved() === 0);
      must(`told ${notices.join()}`, notices.join() === 'kernels-not-chosen');
    },
  },
  {
    name: 'a kernel of few rows that computes wrongly is not asked for again',
    async run(gpu) {
      const { forward } = stepShapes(SIZES, 'f32').hidden;
      const tuned = new Tuned(gpu, null);
      const rows = 9;
      const first = tuned.product(forward, rows);
      must('asked', tuned.unchecked().length === 1);
      must('right', !(await rejectWrongVariants(gpu, tuned)) && tuned.unchecked().length === 0);
      tuned.product({ ...forward, label: 'other' }, rows);
      must('checked once', tuned.unchecked().length === 0);
      let reads = 0;
      const wrong = Object.create(gpu, {
        read: {
          value: async (...view: Parameters<Gpu['read']>) => {
            const bytes = await gpu.read(...view);
            // The plain one is read first.
            if (++reads === 2) new Float32Array(bytes)[3] += 1;
            return bytes;
          },
        },
      }) as Gpu;
      const met = new Tuned(gpu, null);
      met.product(forward, rows);
      must('refused', await rejectWrongVariants(wrong, met));
      must('another is taken', JSON.stringify(met.product(forward, rows)) !== JSON.stringify(first));
      must('and is right', !(await rejectWrongVariants(wrong, met)) && met.unchecked().length === 0);
    },
  },
  {
    name: 'layers of few rows in one dispatch are compared with plain kernels, all that they write',
    async run(gpu) {
      const { backward } = stepShapes(SIZES, 'f32').hidden;
      const rows = 9;
      if (gpu.software) return must('left alone', !new Tuned(gpu, null).inOneDispatch(backward, rows, 'layer back'));
      // Weights, bias and product of the plain kernels are read, then those of the one dispatch.
      for (const spoiled of [0, 4, 5, 6]) {
        let reads = 0;
        const spoiling = Object.create(gpu, {
          read: {
            value: async (...view: Parameters<Gpu['read']>) => {
              const bytes = await gpu.read(...view);
              if (++reads === spoiled) new Float32Array(bytes)[3] += 1;
              return bytes;
            },
          },
        }) as Gpu;
        const tuned = new Tuned(gpu, null);
        must('taken', tuned.inOneDispatch(backward, rows, 'layer back'));
        const refused = await rejectWrongVariants(spoiling, tuned);
        must(`read ${spoiled} spoiled: ${refused}`, refused === spoiled > 0);
        must('six reads', reads === 6);
        must('taken again where it is right', tuned.inOneDispatch(backward, rows, 'layer back') === !refused);
      }
    },
  },
];

function isNoted(choices: Record<string, Choice>, variant: object): boolean {
  return Object.values(choices).some((one) => one.variant === JSON.stringify(variant));
}
