// Proofs of factor sums against their twin: numbers of factors around a register's four and a pass, batches with short last ones,
// grids coarser than the images, groups, optics, planes in the grid's own, small bindings, calls of other sizes.
import { factorAnswers, factorImages, normals, type FactorImagesOptions } from '../../proof/factor-cases.ts';
import { inTwoDimensions } from '../../proof/grid.ts';
import { expectClose, poison, type KernelCase } from '../../proof/kernel-cases.ts';
import type { FactorImages, FactorRequest } from '../../factors/factor-sums.ts';
import { makeHalfCube } from '../../factors/half-cube.ts';
import { FactorTwin } from '../../factors/twin.ts';
import { VitrineError } from '../../../base/errors.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { GpuFactorSums, type GpuFactorSumsOptions } from './factor-sums.ts';

/** Values of a slice and sums are of thousands of products in float32. */
const TOLERANCE = 1e-5;

interface FactorCase {
  box: number;
  band: number;
  factors: number;
  /** Of batches one after the other. */
  counts: number[];
  oversampling?: number;
  /** Box of the maps where it is not that of the images. */
  mapBox?: number;
  images?: FactorImagesOptions;
  options?: GpuFactorSumsOptions;
}

const cubesOf = ({ grid, factors }: FactorRequest) =>
  Array.from({ length: factors }, (_, a) => normals(2 * grid.voxels, 20 + a));

function requestOf({ box, band, factors, oversampling = 2, mapBox = box }: FactorCase): FactorRequest {
  const grid = makeHalfCube(mapBox, band, oversampling, 1.12);
  return { imagePixels: box, grid, factors, groups: 2 };
}

function batchesOf({ box, counts, images }: FactorCase): FactorImages[] {
  return counts.map((count, i) => factorImages(box, count, { seed: 7 + i, ...images }));
}

/** Buffers hold NaN whenever they are asked for. */
const spoilt = (gpu: Gpu, options: GpuFactorSumsOptions = {}): GpuFactorSumsOptions => ({
  onTake: (view) => poison(gpu, view),
  ...options,
});

async function prove(gpu: Gpu, one: FactorCase): Promise<void> {
  const request = requestOf(one);
  const batches = batchesOf(one);
  const cubes = cubesOf(request);
  const sums = await GpuFactorSums.create(gpu, request, spoilt(gpu, one.options));
  const found = await factorAnswers(sums, batches, cubes);
  const wanted = await factorAnswers(new FactorTwin(request), batches, cubes);
  for (const key of ['products', 'residuals', 'inserted'] as const)
    expectClose(key, found[key], wanted[key], TOLERANCE);
  // Once more, over what the first left: the same bits.
  const again = await factorAnswers(sums, batches, cubes);
  for (const key of ['products', 'residuals', 'inserted'] as const) expectClose(key, again[key], found[key], 0);
  sums.dispose();
  await sums.settled;
}

const CASES: FactorCase[] = [
  { box: 8, band: 3, factors: 1, counts: [1] },
  { box: 16, band: 7, factors: 1, counts: [5, 2] },
  { box: 12, band: 6, factors: 2, counts: [33], options: { imagesAtOnce: 32 } },
  { box: 16, band: 5, factors: 5, counts: [40, 40, 7] },
  // Rows of the products' triangle in two kernels, sums in two passes.
  { box: 8, band: 3, factors: 9, counts: [11] },
  { box: 16, band: 4, mapBox: 8, factors: 3, counts: [9] },
  { box: 12, band: 5, factors: 2, counts: [6], oversampling: 1 },
  { box: 12, band: 5, factors: 3, counts: [6], images: { shifted: false, ctf: false, optics: false, groups: 1 } },
  { box: 12, band: 5, factors: 3, counts: [6], images: { optics: false } },
  { box: 12, band: 5, factors: 1, counts: [24], images: { rotations: inTheGrid() } },
];

/** The 24 rotations of a cube: all points of all planes lie in planes of the grid, z = 0 among them. */
function inTheGrid(): Float32Array {
  const rows: number[][] = [];
  const axes = [0, 1, 2].flatMap((axis) => [1, -1].map((sign) => [0, 1, 2].map((i) => (i === axis ? sign : 0))));
  for (const a of axes)
    for (const b of axes) {
      const c = [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
      if (c.some((value) => value !== 0)) rows.push([...a, ...b, ...c]);
    }
  return Float32Array.from(rows.flat());
}

function nameOf({ options, images, ...one }: FactorCase): string {
  const { rotations, ...rest } = images ?? {};
  const words = { ...one, ...rest, ...(rotations && { poses: 'in the grid' }) };
  return JSON.stringify(options?.imagesAtOnce ? { ...words, imagesAtOnce: options.imagesAtOnce } : words);
}

/** Bindings that show one half cube, or one plane of sums: seven planes in two passes. */
async function proveSmallBindings(gpu: Gpu): Promise<void> {
  const one: FactorCase = { box: 16, band: 7, factors: 2, counts: [40] };
  const { grid } = requestOf(one);
  const narrow = (bytes: number) => Object.create(gpu, { bindingBytes: { value: bytes } }) as Gpu;
  await prove(narrow(8 * grid.voxels + 16), one);
  const refused: unknown = await GpuFactorSums.create(narrow(8 * grid.voxels - 1), requestOf(one)).catch(
    (error: unknown) => error,
  );
  if (!(refused instanceof VitrineError) || refused.code !== 'out-of-memory')
    throw new Error(`a half cube that no binding shows was met by ${String(refused)}`);
}

/** Batches of other sizes one after the other, nothing after `clear`, and no buffer left. */
async function proveReuse(gpu: Gpu): Promise<void> {
  const held = gpu.buffersHeld;
  const one: FactorCase = { box: 12, band: 5, factors: 2, counts: [3, 50, 1] };
  const request = requestOf(one);
  const sums = await GpuFactorSums.create(gpu, request, spoilt(gpu));
  const twin = new FactorTwin(request);
  for (const counts of [[3, 50, 1], [8]]) {
    const batches = batchesOf({ ...one, counts });
    // The twin keeps no sums of before either.
    const [found, wanted] = [
      await factorAnswers(sums, batches, cubesOf(request)),
      await factorAnswers(twin, batches, cubesOf(request)),
    ];
    for (const key of ['products', 'residuals', 'inserted'] as const)
      expectClose(key, found[key], wanted[key], TOLERANCE);
  }
  sums.clear();
  if ((await sums.sums()).values.some((value) => value !== 0)) throw new Error('sums were not cleared');
  sums.dispose();
  await sums.settled;
  // Reading leaves its staging buffer behind.
  if (gpu.buffersHeld > held + 1) throw new Error(`${gpu.buffersHeld - held} buffers are left`);
  if (sums.memoryBytes() > 0) throw new Error('memory of disposed sums');
  const error: unknown = await sums.products().catch((reason: unknown) => reason);
  if (!(error instanceof VitrineError)) throw new Error('disposed sums answered');
}

/** Products, residuals and sums against the twin of this room. */
export const factorCases: KernelCase[] = [
  ...CASES.map((one) => ({ name: nameOf(one), run: (gpu: Gpu) => prove(gpu, one) })),
  { name: 'small bindings', run: proveSmallBindings },
  { name: 'one maker, many batches', run: proveReuse },
  {
    name: 'more workgroups than one dimension holds',
    run: (gpu) => prove(inTwoDimensions(gpu), { box: 12, band: 5, factors: 3, counts: [9] }),
  },
];
