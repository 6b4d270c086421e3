// Proofs of Adam: steps against its twin, the bias corrections up to a million steps, steps left out and their losses with them,
// the loss scale's ways, ranges of a binding, more than 65535 workgroups; copies of matrices.
import { fromHalfFloats, halfFloats } from '../../proof/half-floats.ts';
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { inTwoDimensions } from '../../proof/grid.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Command, Gpu } from '../gpu/gpu.ts';
import { adamState, lossSums, makeAdam, readAdamState } from './adam.ts';
import { makeCopies } from './copies.ts';
import { stepUniform, writeStep } from './step.ts';
import { adamTwin, advanceTwin, transposedTwin, type AdamArrays } from './twin.ts';

const step = { learningRate: 1e-2, weightDecay: 0.1, beta: 0, klWeight: 0, images: 7 };

interface Made {
  commands: Command[];
  views: Record<keyof AdamArrays | 'gradients' | 'state' | 'losses', BufferView>;
  arrays: AdamArrays;
  gradients: Float32Array;
}

async function make(gpu: Gpu, size: number, steps: number, lossScale = 1, at: Gpu = gpu): Promise<Made> {
  const arena = gpu.arena('case');
  const arrays = {
    parameters: randomNumbers(1, size),
    first: randomNumbers(2, size, steps === 0 ? 0 : 1),
    second: randomNumbers(3, size, steps === 0 ? 0 : 1).map(Math.abs),
  };
  const gradients = randomNumbers(4, size);
  const views = {
    parameters: arena.upload('parameters', arrays.parameters),
    first: arena.upload('first', arrays.first),
    second: arena.upload('second', arrays.second),
    gradients: arena.upload('gradients', gradients),
    state: adamState(arena, { steps, lossScale }),
    losses: lossSums(arena),
  };
  const uniform = stepUniform(arena);
  writeStep(gpu, uniform, step);
  return { commands: await makeAdam({ gpu: at, arena }, size, { ...views, step: uniform }), views, arrays, gradients };
}

async function expectArrays(gpu: Gpu, { views }: Made, wanted: AdamArrays): Promise<void> {
  for (const name of ['parameters', 'first', 'second'] as const)
    expectClose(name, (await gpu.readFloats(views[name])).subarray(0, wanted[name].length), wanted[name], 1e-6);
}

function flag(gpu: Gpu, state: BufferView): void {
  gpu.write(state, new Uint32Array([1]), 12);
}

const adam: KernelCase[] = [
  ...[4, 1020, 1024, 1028].map((size): KernelCase => ({
    name: `three steps of ${size} parameters`,
    async run(gpu) {
      const made = await make(gpu, size, 0);
      let wanted = made.arrays;
      for (let steps = 1; steps <= 3; steps++) {
        gpu.submit(made.commands);
        wanted = adamTwin(wanted, made.gradients, step, steps);
      }
      await expectArrays(gpu, made, wanted);
      if ((await readAdamState(gpu, made.views.state)).steps !== 3) throw new Error('steps are not counted');
    },
  })),
  {
    name: 'ranges of a small binding, in the middle of training',
    async run(gpu) {
      const small = Object.create(gpu, { bindingBytes: { value: 1000 } }) as Gpu;
      const made = await make(gpu, 1000, 700, 1, small);
      if (made.commands.length < 5) throw new Error('one range only');
      gpu.submit(made.commands);
      await expectArrays(gpu, made, adamTwin(made.arrays, made.gradients, step, 701));
    },
  },
  {
    name: 'workgroups in two dimensions, as beyond 65535',
    async run(gpu) {
      // A binding that takes so many would be half a gigabyte; their grid is what counts.
      const made = await make(gpu, 7004, 0, 1, inTwoDimensions(gpu));
      gpu.submit(made.commands);
      await expectArrays(gpu, made, adamTwin(made.arrays, made.gradients, step, 1));
    },
  },
  {
    name: 'bias corrections within 1e-6 up to a million steps',
    async run(gpu) {
      for (const steps of [1, 2, 3, 9, 10, 100, 693, 999, 1000, 1001, 12345, 1_000_000]) {
        const made = await make(gpu, 4, steps - 1);
        gpu.submit(made.commands);
        const floats = await gpu.readFloats(made.views.state);
        const wanted = [1 / (1 - 0.9 ** steps), 1 / Math.sqrt(-Math.expm1(steps * Math.log(0.999)))];
        wanted.forEach((value, i) => expectClose(`correction ${i} of step ${steps}`, [floats[6 + i]], [value], 1e-6));
      }
    },
  },
  {
    name: 'a step that is not finite is left out and halves the scale',
    async run(gpu) {
      const made = await make(gpu, 64, 5, 1024);
      flag(gpu, made.views.state);
      gpu.submit(made.commands);
      await expectArrays(gpu, made, made.arrays);
      const { steps, lossScale, overflow } = await readAdamState(gpu, made.views.state);
      if (steps !== 5 || lossScale !== 512 || overflow) throw new Error(`${steps} ${lossScale} ${overflow}`);
      gpu.submit(made.commands);
      await expectArrays(gpu, made, adamTwin(made.arrays, made.gradients, step, 6));
    },
  },
  {
    name: 'steps left out in a row are counted, and their losses taken back',
    async run(gpu) {
      const { commands, views } = await make(gpu, 4, 0, 64);
      let wanted = { steps: 0, lossScale: 64, leftOut: 0, sums: [0, 0, 0, 0] };
      // Beyond the least scale: 6 + 14 halvings.
      const overflows = [...('0110100' + '1'.repeat(25) + '01')].map((digit) => digit === '1');
      for (const [number, overflow] of overflows.entries()) {
        // As kernels add to them; what overflows is not a number.
        const added = overflow && number % 2 === 0 ? [NaN, Infinity, 1] : [number, 2 * number, 0.25];
        const before = await gpu.readFloats(views.losses);
        gpu.write(
          views.losses,
          Float32Array.from(added, (value, i) => before[i] + value),
        );
        if (overflow) flag(gpu, views.state);
        gpu.submit(commands.slice(0, 1));
        wanted = advanceTwin(wanted, [...added, step.images], overflow);
        const { steps, lossScale, leftOut } = await readAdamState(gpu, views.state);
        expectClose(
          `step ${number}`,
          [steps, lossScale, leftOut, ...(await gpu.readFloats(views.losses))],
          [wanted.steps, wanted.lossScale, wanted.leftOut, ...wanted.sums, ...wanted.sums],
          0,
        );
      }
    },
  },
  {
    name: 'the scale doubles after 2000 good steps, and one stays one',
    async run(gpu) {
      for (const [lossScale, later] of [
        [1024, 2048],
        [2 ** 24, 2 ** 24],
        [1, 1],
      ]) {
        const { views, commands } = await make(gpu, 4, 0, lossScale);
        gpu.write(views.state, new Uint32Array([1998]), 8);
        gpu.submit(commands.slice(0, 1));
        const before = (await readAdamState(gpu, views.state)).lossScale;
        gpu.submit(commands.slice(0, 1));
        const after = (await gpu.readFloats(views.state)).subarray(0, 2);
        if (before !== lossScale) throw new Error(`${before} a step too soon`);
        expectClose('scale', after, [later, 1 / later], 0);
      }
    },
  },
];

const matrices = [
  [16, 16],
  [48, 80],
  [32, 32],
  [36, 4],
  [128, 16],
  [64, 96],
] as const;

async function copyAll(gpu: Gpu, transposed: boolean, scalar: 'f32' | 'f16', at: Gpu = gpu): Promise<void> {
  const arena = gpu.arena('case');
  const list = matrices.map(([rows, columns], seed) => {
    const { values } = halfFloats(randomNumbers(seed, rows * columns));
    const to = arena.buffer('to', values.length * (scalar === 'f16' ? 2 : 4));
    poison(gpu, to);
    return { from: arena.upload('from', values), rows, columns, to, transposed, scalar, values };
  });
  gpu.submit(await makeCopies({ gpu: at, arena }, list));
  for (const { values, rows, columns, to } of list) {
    const bytes = await gpu.read(to);
    const got = scalar === 'f16' ? fromHalfFloats(new Uint16Array(bytes)) : new Float32Array(bytes);
    expectClose(`${rows} × ${columns}`, got, transposed ? transposedTwin(values, rows, columns) : values, 0);
  }
  arena.destroy();
}

const copies: KernelCase[] = [
  { name: 'matrices transposed', run: (gpu) => copyAll(gpu, true, 'f32') },
  { name: 'matrices transposed, float16', needs: 'half', run: (gpu) => copyAll(gpu, true, 'f16') },
  { name: 'matrices in float16', needs: 'half', run: (gpu) => copyAll(gpu, false, 'f16') },
  {
    name: 'matrices transposed, workgroups in two dimensions',
    run: (gpu) => copyAll(gpu, true, 'f32', inTwoDimensions(gpu)),
  },
  {
    name: 'matrices in ranges of a small binding',
    run: (gpu) => copyAll(gpu, false, 'f32', Object.create(gpu, { bindingBytes: { value: 16_000 } }) as Gpu),
  },
];

/** Steps of Adam, then copies of matrices. */
export const cases: KernelCase[] = [...adam, ...copies];
