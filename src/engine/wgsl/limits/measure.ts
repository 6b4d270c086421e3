// What the machine can do at most, measured: multiply-adds a second in float32 and float16, bytes a second that a copy moves
// (read and written), the rate of each subgroup-matrix unit. Work grows until a dispatch takes about 10 ms, never 30.
import { memoryFull } from '../../gpu-device.ts';
import type { Arena } from '../gpu/arena.ts';
import { bytesOf } from '../gpu/kernels.ts';
import type { Dispatch, Gpu, MatrixUnit } from '../gpu/gpu.ts';
import { FMA_THREADS, makeCopy, makeFma, makeMatrix, MATRIX_CHAINS, MATRIX_SLOTS } from './kernels.ts';

/** Multiply-adds of one type: the rate and how it was measured. */
export interface FmaLimit {
  scalar: 'f32' | 'f16';
  lanes: 1 | 4;
  /** Floating-point operations a second, two a multiply-add. */
  flops: number;
}

/** The rate of one unit. */
export interface MatrixLimit {
  unit: MatrixUnit;
  flops: number;
}

/** What an adapter does at most, per second. */
export interface Limits {
  fma: FmaLimit[];
  /** Best of the float32 rates, FLOP/s. */
  fma32: number;
  /** Best of the float16 rates; null without shader-f16. */
  fma16: number | null;
  /** Bytes a second, read and written together, from buffers of `copyBytes` each. */
  copy: number;
  copyBytes: number;
  matrix: MatrixLimit[];
}

const TARGET_SECONDS = 0.01;
const MOST_ROUNDS = 1 << 20;

/** Takes about `seconds` in all on a real device, somewhat longer in software. */
export async function measureLimits(gpu: Gpu, seconds = 1): Promise<Limits> {
  const kinds: Pick<FmaLimit, 'scalar' | 'lanes'>[] = [
    { scalar: 'f32', lanes: 1 },
    { scalar: 'f32', lanes: 4 },
  ];
  if (gpu.half) kinds.push({ scalar: 'f16', lanes: 1 }, { scalar: 'f16', lanes: 4 });
  const share = seconds / (kinds.length + 1 + gpu.matrixUnits.length);
  const fma: FmaLimit[] = [];
  for (const kind of kinds) fma.push({ ...kind, flops: await fmaRate(gpu, kind, share) });
  const best = (scalar: string) => Math.max(...fma.filter((f) => f.scalar === scalar).map(({ flops }) => flops));
  const { copy, copyBytes } = await copyRate(gpu, share);
  const matrix: MatrixLimit[] = [];
  for (const unit of gpu.matrixUnits) {
    if (!/^f(16|32)$/.test(unit.component) || !/^f(16|32)$/.test(unit.result)) continue;
    // A unit that is told of but does not compile is left out.
    const flops = await matrixRate(gpu, unit, share).catch(() => null);
    if (flops !== null) matrix.push({ unit, flops });
  }
  return { fma, fma32: best('f32'), fma16: gpu.half ? best('f16') : null, copy, copyBytes, matrix };
}

/** Least seconds of a dispatch, tried for `seconds`, three times at least. */
async function fastest(gpu: Gpu, dispatch: Dispatch, seconds: number): Promise<number> {
  const until = performance.now() + 1000 * seconds;
  let least = Infinity;
  for (let tries = 0; tries < 3 || performance.now() < until; tries++)
    least = Math.min(least, await gpu.measure([dispatch]));
  return least;
}

/** FLOP/s of what `make` makes for a number of rounds, found by growing them. */
async function rateOf(gpu: Gpu, make: (rounds: number) => Promise<Dispatch>, seconds: number): Promise<number> {
  let rounds = 4;
  let dispatch = await make(rounds);
  let took = await gpu.measure([dispatch]);
  while (took < TARGET_SECONDS / 2 && rounds < MOST_ROUNDS) {
    const growth = Math.min(8, TARGET_SECONDS / Math.max(took, 1e-5));
    rounds = Math.min(MOST_ROUNDS, Math.ceil(rounds * growth));
    dispatch = await make(rounds);
    took = await gpu.measure([dispatch]);
  }
  return dispatch.flops / (await fastest(gpu, dispatch, seconds));
}

/** Groups enough to fill the device several times over, or few where a CPU does the work. */
function workgroupsFor(gpu: Gpu): number {
  return gpu.software ? 16 : 4096;
}

async function inArena<T>(gpu: Gpu, label: string, work: (arena: Arena) => Promise<T>): Promise<T> {
  const arena = gpu.arena(label);
  try {
    return await work(arena);
  } finally {
    arena.destroy();
  }
}

function fmaRate(gpu: Gpu, kind: Pick<FmaLimit, 'scalar' | 'lanes'>, seconds: number): Promise<number> {
  return inArena(gpu, 'limits', (arena) => {
    const workgroups = workgroupsFor(gpu);
    const sums = arena.floats('sums', workgroups * FMA_THREADS);
    // Values stay within (−1, 64) and keep changing.
    return rateOf(
      gpu,
      (rounds) => makeFma({ gpu, arena }, { ...kind, workgroups, rounds, a: -0.96, b: 0.7 }, sums),
      seconds,
    );
  });
}

async function copyRate(gpu: Gpu, seconds: number): Promise<{ copy: number; copyBytes: number }> {
  const wanted = Math.min(gpu.bindingBytes, gpu.software ? 2 ** 25 : 2 ** 29);
  for (
    let copyBytes = Math.floor(wanted / 16) * 16;
    copyBytes >= 2 ** 20;
    copyBytes = Math.floor(copyBytes / 32) * 16
  ) {
    const room = await gpu
      .allocate('limits', (arena) => [arena.buffer('from', copyBytes), arena.buffer('to', copyBytes)])
      .catch(() => null);
    if (!room) continue;
    try {
      const dispatch = await makeCopy({ gpu, arena: room.arena }, copyBytes, room.made[0], room.made[1]);
      await gpu.measure([dispatch]);
      return { copy: dispatch.bytes / (await fastest(gpu, dispatch, seconds)), copyBytes };
    } finally {
      room.arena.destroy();
    }
  }
  throw memoryFull('no room for a copy of 1 MB');
}

function matrixRate(gpu: Gpu, unit: MatrixUnit, seconds: number): Promise<number> {
  const { component, result, M, N, K } = unit;
  return inArena(gpu, 'limits', (arena) => {
    const size = component === 'f16' ? bytesOf('f16') : bytesOf('f32');
    const views = {
      left: arena.buffer('left', M * K * size),
      right: arena.buffer('right', K * N * size),
      product: arena.buffer('product', MATRIX_SLOTS * MATRIX_CHAINS * M * N * (result === 'f16' ? 2 : 4)),
    };
    return rateOf(gpu, (rounds) => makeMatrix({ gpu, arena }, unit, workgroupsFor(gpu), rounds, views), seconds);
  });
}
