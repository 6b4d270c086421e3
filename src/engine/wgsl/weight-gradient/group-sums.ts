// Sums of a gradient's rows over each image: what z's part of the first layer and its bias get. A chunk is whole images or
// part of one; rows are cut into splits whose sums are summed again in their order: the same bits each time.
import { partOf, type BufferView } from '../gpu/arena.ts';
import type { Dispatch, Gpu, KernelContext } from '../gpu/gpu.ts';
import { bytesOf, type Scalar } from '../gpu/kernels.ts';
import { shaderSource } from '../gpu/source.ts';
import { shaders } from '../generated/shaders.ts';

/** Columns and storage type of what is summed. */
export interface GroupSumsShape {
  label: string;
  /** Padded width, a multiple of 16. */
  outputs: number;
  /** Storage of the gradient; sums are float32. */
  scalar: Scalar;
}

/** Row r of the chunk belongs to image floor((firstRow + r) / rowsPerImage). */
export interface GroupRows {
  rows: number;
  firstRow: number;
  rowsPerImage: number;
}

/** Rows to be summed, where their sums by image go, scratch for partial sums. */
export interface GroupSumsBuffers {
  /** rows × outputs scalars. */
  gradient: BufferView;
  /** images of the whole batch × outputs float32; only the chunk's images are written. */
  into: BufferView;
  /** At least groupSumsScratch(…) float32. */
  scratch: BufferView;
  /** State of the loss scale (adam/state.ts): sums are divided by it, and flagged where they are not finite. */
  scale?: BufferView;
}

/** Splits of all images together that are summed at once. */
const WANTED = 512;
const WANTED_SOFTWARE = 16;
/** Rows that one invocation adds: at least so many, and in the last pass at most four times as many. */
const LEAST_ROWS = 16;

interface Pass extends GroupRows {
  firstImage: number;
  images: number;
  splits: number;
}

/** Passes until one split an image is left; rows of the later ones are the splits of the one before. */
function passesOf(gpu: Gpu, { rows, firstRow, rowsPerImage }: GroupRows): Pass[] {
  const most = Math.min(rowsPerImage, firstRow + rows);
  const firstImage = Math.floor(firstRow / most);
  const images = Math.floor((firstRow + rows - 1) / most) - firstImage + 1;
  const wanted = Math.ceil((gpu.software ? WANTED_SOFTWARE : WANTED) / images);
  const passes: Pass[] = [];
  let pass = { rows, firstRow, rowsPerImage: most, firstImage };
  for (;;) {
    const left = Math.min(pass.rows, pass.rowsPerImage);
    const splits = left <= 4 * LEAST_ROWS ? 1 : Math.min(wanted, Math.ceil(left / LEAST_ROWS));
    passes.push({ ...pass, images, splits });
    if (splits === 1) return passes;
    pass = { rows: images * splits, firstRow: 0, rowsPerImage: splits, firstImage: 0 };
  }
}

function floatsOfPass({ images, splits }: Pass, outputs: number): number {
  return Math.ceil((images * splits * outputs) / 64) * 64;
}

/** Floats of scratch. */
export function groupSumsScratch(gpu: Gpu, { outputs }: GroupSumsShape, rows: GroupRows): number {
  const kept = passesOf(gpu, rows).slice(0, -1);
  return kept.reduce((sum, pass) => sum + floatsOfPass(pass, outputs), 0);
}

/** `accumulate`: adds to the chunk's images in `into` instead of writing them. */
export async function makeGroupSums(
  { gpu, arena }: KernelContext,
  { label, outputs, scalar }: GroupSumsShape,
  { gradient, into, scratch, scale }: GroupSumsBuffers,
  chunk: GroupRows & { accumulate: boolean },
): Promise<Dispatch[]> {
  const passes = passesOf(gpu, chunk);
  const commands: Dispatch[] = [];
  let [from, used] = [gradient, 0];
  for (const [number, pass] of passes.entries()) {
    const last = number === passes.length - 1;
    const type = number === 0 ? scalar : 'f32';
    const scaled = last ? scale : undefined;
    const flag = (set: boolean): number => (set ? 1 : 0);
    const constants = {
      LAST: flag(last),
      LATER: flag(number > 0),
      ACCUMULATE: flag(chunk.accumulate),
      SCALED: flag(scaled !== undefined),
    };
    const source = shaderSource(
      { ...constants, OUTPUTS: outputs, scalar: type, Flag: 'atomic<u32>' },
      [
        ...(scaled ? [shaders['adam/state']] : []),
        ...(last ? [shaders['weight-gradient/finished']] : []),
        shaders['weight-gradient/sum-rows'],
      ],
      type === 'f16' ? ['f16'] : [],
    );
    const { rows, firstRow, rowsPerImage, firstImage, images, splits } = pass;
    const splitRows = Math.ceil(Math.min(rows, rowsPerImage) / splits);
    const cut = [rows, firstRow, rowsPerImage, firstImage, images, splits, splitRows, passes[0].firstImage];
    const uniform = arena.uniform(`${label} cut`, cut);
    const floats = floatsOfPass(pass, outputs);
    const target = last ? into : partOf(scratch, used, floats);
    const sums = images * splits * outputs;
    commands.push(
      gpu.dispatch(
        label,
        await gpu.pipeline(label, source),
        [null, null, from, uniform, ...(last ? [null, target, null, scaled ?? null] : [target])],
        Math.ceil(sums / 256),
        { flops: rows * outputs, bytes: rows * outputs * bytesOf(type) + 4 * sums },
      ),
    );
    used += floats;
    from = target;
  }
  return commands;
}
