// Kernels that transform lines: the stages of a length, between what a room says of reading (`fetch`) and of writing (`put`,
// or `finish` where all numbers are held). Complex numbers are vec2f.
import { shaders } from '../generated/shaders.ts';
import type { BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import type { Work } from '../gpu/pace.ts';
import { shaderSource, type Constants } from '../gpu/source.ts';
import { lineFlops, radicesOf, rootsOfOne, signOf, type Direction } from './plan.ts';
import { butterflyStages, sumStages, type End } from './stages.ts';

/** 'butterflies' in registers and workgroup memory; 'sums', a thread a line without barriers, for software. */
export type LinesVariant = 'butterflies' | 'sums';

/** Lines of one length to be transformed, and how they lie. */
export interface LinesShape {
  label: string;
  /** Numbers in a line: even, at most LONGEST_LINE. */
  size: number;
  direction: Direction;
  /** Neighbouring threads take neighbouring lines (columns), else neighbouring numbers of one line (rows). */
  beside: boolean;
  /** Lines of a dispatch at most. */
  lines: number;
  /** 'put': each number is handed to `put`; 'finish': all lie in `shared_lines` and `finish` ends the kernel. */
  end: End;
  /** By the adapter, unless it is said. */
  variant?: LinesVariant | undefined;
  /** Bytes a line reads and writes, for benchmarks. */
  bytesALine: number;
}

/** Two halves of vec2f. */
const BYTES_A_NUMBER = 16;
const ROWS_MEMORY = 16384;
/** Columns are read in pieces of as many neighbours as there are lines: more memory, longer pieces. */
const COLUMNS_MEMORY = 32768;
const MOST_LINES = 64;
const SOFTWARE_THREADS = 8;
/** Workgroups of the software variant go over all lines, each with its scratch. */
const SOFTWARE_WORKGROUPS = 64;

interface Extent {
  lines: number;
  threads: number;
  workgroupsOf: (lines: number) => number;
}

/** Lines of one dispatch: how many, and its views from binding 2 on, which say which lines they are. */
export interface LinesPart {
  lines: number;
  views: readonly BufferView[];
}

/**
 * A dispatch a part, of the kernel made of `part`, which declares `fn lines() -> u32`, `fn fetch(line, n) -> vec2f`, and
 * `fn put(line, n, value)` or `fn finish(thread, first)`, and the bindings of the parts' views from 2 on. Lines from `lines()` on are
 * neither asked for nor put. A part may use the constants SIZE, LINES, THREADS and RESULT: at the end number n of the
 * workgroup's line l is shared_lines[RESULT + slot(l, n)]. Error: RangeError for a length that is odd or too long.
 */
export async function makeLinesInParts(
  { gpu, arena }: KernelContext,
  shape: LinesShape,
  part: string,
  constants: Constants,
  parts: readonly LinesPart[],
): Promise<Dispatch[]> {
  const { label, size, direction, end } = shape;
  const radices = radicesOf(size);
  const variant = shape.variant ?? (gpu.software ? 'sums' : 'butterflies');
  const sums = variant === 'sums';
  const { lines, threads, workgroupsOf } = sums ? SOFTWARE_EXTENT : extent(gpu, shape);
  const half = lines * size;
  // Halves are written in turns: butterflies begin with the first one, sums find it filled.
  const inFirst = sums === (radices.length % 2 === 0);
  const words = {
    SIZE: size,
    LINES: lines,
    THREADS: threads,
    RESULT: inFirst ? 0 : half,
    BESIDE: sums || shape.beside,
    DIRECTION: { f32: signOf(direction) },
    ...constants,
  };
  const stages = sums ? sumStages(radices, half, end) : butterflyStages(radices, half, end);
  const source = shaderSource(words, [shaders['fourier/lines'], shaders['fourier/butterflies'], part, ...stages]);
  const pipeline = await gpu.pipeline(label, source);
  const roots = arena.upload(`${label}: roots`, rootsOfOne(size, direction));
  const held = sums ? arena.buffer(`${label}: scratch`, workgroupsOf(shape.lines) * half * BYTES_A_NUMBER) : null;
  const ofLine = lineWork(shape);
  return parts.map(({ lines: count, views }) =>
    gpu.dispatch(label, pipeline, [roots, held, ...views], workgroupsOf(count), {
      flops: count * ofLine.flops,
      bytes: count * ofLine.bytes,
    }),
  );
}

/** As `makeLinesInParts`, all lines in one. */
export async function makeLines(
  { gpu, arena }: KernelContext,
  shape: LinesShape,
  part: string,
  constants: Constants,
  views: readonly BufferView[],
): Promise<Dispatch> {
  const [all] = await makeLinesInParts({ gpu, arena }, shape, part, constants, [{ lines: shape.lines, views }]);
  return all;
}

/** Work of a line. */
export function lineWork({ size, bytesALine }: Pick<LinesShape, 'size' | 'bytesALine'>): Work {
  return { flops: lineFlops(size), bytes: bytesALine };
}

function extent(gpu: Gpu, { size, beside, lines: all }: LinesShape): Extent {
  const most = gpu.device.limits.maxComputeWorkgroupStorageSize;
  const memory = Math.min(beside ? COLUMNS_MEMORY : ROWS_MEMORY, most);
  const lines = Math.max(1, Math.min(MOST_LINES, all, Math.floor(memory / (BYTES_A_NUMBER * size))));
  let threads = 32;
  while (threads < 256 && threads * 4 < lines * size) threads *= 2;
  return { lines, threads, workgroupsOf: (count) => Math.ceil(count / lines) };
}

const SOFTWARE_EXTENT: Extent = {
  lines: SOFTWARE_THREADS,
  threads: SOFTWARE_THREADS,
  workgroupsOf: (count) => Math.min(SOFTWARE_WORKGROUPS, Math.ceil(count / SOFTWARE_THREADS)),
};
