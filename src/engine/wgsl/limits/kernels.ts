// Launchers of the kernels that do nothing but keep one part of the machine busy: multiply-adds in registers, a copy through
// memory, products of the subgroup-matrix unit. Work is counted in Dispatch.flops and .bytes.
import type { BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu, MatrixUnit, KernelContext } from '../gpu/gpu.ts';
import type { Scalar } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';

/** Invocations of a workgroup. */
export const FMA_THREADS = 256;
/** Independent chains of multiply-adds an invocation, so that none waits for the one before. */
export const FMA_CHAINS = 8;
/** Multiply-adds of a chain a turn. */
export const FMA_STEPS = 8;

/** Storage type, workgroups and turns of a measurement. */
export interface FmaShape {
  scalar: Scalar;
  /** Numbers of a chain's element. */
  lanes: 1 | 4;
  workgroups: number;
  /** x <- a·x + b, FMA_STEPS times a round. */
  rounds: number;
  a: number;
  b: number;
}

/** `sums`: one float32 a thread, of FMA_CHAINS chains of `lanes` that began at (thread mod 64) + chain. */
export async function makeFma({ gpu, arena }: KernelContext, shape: FmaShape, sums: BufferView): Promise<Dispatch> {
  const { scalar, lanes, workgroups, rounds, a, b } = shape;
  const constants = {
    scalar,
    number: lanes === 4 ? `vec4<${scalar}>` : scalar,
    THREADS: FMA_THREADS,
    CHAINS: FMA_CHAINS,
    STEPS: FMA_STEPS,
  };
  const total = `fn total(x: number) -> f32 { return ${lanes === 4 ? 'dot(vec4f(x), vec4f(1.0))' : 'f32(x)'}; }`;
  const source = shaderSource(constants, [total, shaders['limits/fma']], scalar === 'f16' ? ['f16'] : []);
  const pipeline = await gpu.pipeline(`multiply-adds ${constants.number}`, source);
  const work = arena.uniform('multiply-adds', [rounds, { f32: a }, { f32: b }]);
  const flops = 2 * lanes * FMA_CHAINS * FMA_STEPS * rounds * FMA_THREADS * workgroups;
  return gpu.dispatch(`multiply-adds ${constants.number}`, pipeline, [work, sums], workgroups, { flops });
}

/** Vectors of 16 bytes that an invocation copies. */
const COPY_EACH = 4;

/** Copies the first `bytes` (a multiple of 16) of a view to another. */
export async function makeCopy(
  { gpu, arena }: KernelContext,
  bytes: number,
  from: BufferView,
  to: BufferView,
): Promise<Dispatch> {
  const threads = 256;
  const pipeline = await gpu.pipeline(
    'copy',
    shaderSource({ THREADS: threads, EACH: COPY_EACH }, [shaders['limits/copy']]),
  );
  const count = arena.uniform('copy', [bytes / 16]);
  const workgroups = Math.ceil(bytes / 16 / threads / COPY_EACH);
  return gpu.dispatch('copy', pipeline, [count, from, to], workgroups, { bytes: 2 * bytes });
}

/** Independent products a subgroup has underway. */
export const MATRIX_CHAINS = 4;
/** Different factors that they are taken from. */
export const MATRIX_SLOTS = 4;

/** Threads of a workgroup, and how many subgroups those are where all have the largest size. */
function matrixThreads(gpu: Gpu): { threads: number; subgroups: number } {
  const size = gpu.subgroupSizes[1] || 32;
  const subgroups = Math.max(1, Math.min(4, Math.floor(256 / size)));
  return { threads: size * subgroups, subgroups };
}

/** WGSL of the unit's product, for the kernel and for proofs that it compiles. */
export function matrixSource({ component, result, M, N, K }: MatrixUnit, threads: number): string {
  const constants = { component, result, M, N, K, THREADS: threads, CHAINS: MATRIX_CHAINS, SLOTS: MATRIX_SLOTS };
  const half = component === 'f16' || result === 'f16' ? ['f16'] : [];
  return shaderSource(constants, [shaders['limits/matrix']], [...half, 'chromium_experimental_subgroup_matrix']);
}

/**
 * `rounds` times A·B: left M × K and right K × N of the unit's components; product: MATRIX_SLOTS × MATRIX_CHAINS equal
 * M × N of its results. Work is counted with subgroups of the largest size.
 */
export async function makeMatrix(
  { gpu, arena }: KernelContext,
  unit: MatrixUnit,
  workgroups: number,
  rounds: number,
  views: { left: BufferView; right: BufferView; product: BufferView },
): Promise<Dispatch> {
  const { threads, subgroups } = matrixThreads(gpu);
  const label = `matrix unit ${unitWords(unit)}`;
  const pipeline = await gpu.pipeline(label, matrixSource(unit, threads));
  const bindings = [arena.uniform(label, [rounds]), views.left, views.right, views.product];
  const flops = 2 * unit.M * unit.N * unit.K * MATRIX_CHAINS * rounds * subgroups * workgroups;
  return gpu.dispatch(label, pipeline, bindings, workgroups, { flops });
}

/** A unit in words: types and sizes. */
export function unitWords({ component, result, M, N, K }: MatrixUnit): string {
  return `${M}×${N}×${K} ${component}→${result}`;
}
