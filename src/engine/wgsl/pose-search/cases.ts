// Proofs of the scorer against its twin: slices around a tile, few and many translations, lower bands, volumes, slices that are
// given, chunks of every kind. All buffers are spoilt whenever they are asked for.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { inTwoDimensions } from '../../proof/grid.ts';
import { VitrineError } from '../../../base/errors.ts';
import { searchPoints } from '../../scoring/points.ts';
import type { FourierCube, PoseScorer, SearchImages } from '../../scoring/scorer.ts';
import { TwinScorer } from '../../scoring/twin.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { subgroupVariants } from '../product/product.ts';
import type { PoseVariant } from './product.ts';
import { GpuPoseScorer, type GpuPoseScorerOptions } from './scorer.ts';

const BOX = 16;
const OVERSAMPLING = 2;

/** `beyond`: steps that it reaches farther than slices do. */
function someCube(seed: number, limit: number, beyond = 2): FourierCube {
  const reach = OVERSAMPLING * limit + beyond;
  return { oversampling: OVERSAMPLING, reach, values: randomNumbers(seed, 2 * (2 * reach + 1) ** 3) };
}

/** Proper rotations from random quaternions. */
function someRotations(seed: number, count: number): Float32Array {
  const numbers = randomNumbers(seed, 4 * count);
  const out = new Float32Array(9 * count);
  for (let r = 0; r < count; r++) {
    const q = numbers.subarray(4 * r, 4 * r + 4);
    const [a, b, c, d] = q.map((value) => value / Math.hypot(...q));
    out.set(
      [
        ...[1 - 2 * (c * c + d * d), 2 * (b * c - a * d), 2 * (b * d + a * c)],
        ...[2 * (b * c + a * d), 1 - 2 * (b * b + d * d), 2 * (c * d - a * b)],
        ...[2 * (b * d - a * c), 2 * (c * d + a * b), 1 - 2 * (b * b + c * c)],
      ],
      9 * r,
    );
  }
  return out;
}

interface Setting {
  images: number;
  rotations: number;
  translations: number;
  /** Fourier pixels that the points reach to. */
  limit?: number;
  /** How many points count; all where it is not said. */
  points?: number;
  volumes?: number;
  /** Steps that the volumes' cubes reach beyond the points; where it is none, outer points are zero. */
  beyond?: number;
  ctf?: boolean;
  given?: boolean;
  options?: GpuPoseScorerOptions;
}

function someImages(seed: number, count: number, points: number, ctf: boolean): SearchImages {
  return {
    count,
    values: randomNumbers(seed, 2 * count * points),
    ctf: ctf ? randomNumbers(seed + 1, count * points) : null,
  };
}

/** A scorer on the device and its twin with the same volumes and images. */
async function scorers(gpu: Gpu, { images, limit = 4, volumes = 1, beyond, ctf = true, options }: Setting) {
  const points = searchPoints(BOX, limit);
  const onTake = (view: Parameters<typeof poison>[1]) => poison(gpu, view);
  const scorer = await GpuPoseScorer.create(gpu, points, { onTake, ...options });
  const twin = new TwinScorer(points);
  const cubes = Array.from({ length: volumes }, (_, v) => someCube(v + 1, limit, beyond));
  for (const one of [scorer, twin]) {
    await one.setVolumes(cubes);
    await one.setImages(someImages(11, images, points.count, ctf));
  }
  return { scorer, twin, count: points.count };
}

/** The same of both, compared. */
async function bothScore(
  { scorer, twin }: { scorer: PoseScorer; twin: PoseScorer },
  ask: (scorer: PoseScorer) => ReturnType<PoseScorer['scoreShared']>,
): Promise<void> {
  const [found, wanted] = [await ask(scorer), await ask(twin)];
  expectClose('errors', found.errors, wanted.errors);
  expectClose('translations', found.translations, wanted.translations, 0);
}

async function proveShared(gpu: Gpu, setting: Setting): Promise<void> {
  const both = await scorers(gpu, setting);
  const { points = both.count, rotations } = setting;
  const translations = randomNumbers(5, 2 * setting.translations, 3);
  const source = setting.given
    ? { slices: randomNumbers(6, 2 * points * rotations) }
    : { rotations: someRotations(6, rotations) };
  await bothScore(both, (scorer) => scorer.scoreShared({ source, translations, points }));
  both.scorer.dispose();
}

async function proveOwn(gpu: Gpu, setting: Setting): Promise<void> {
  const both = await scorers(gpu, setting);
  const { points = both.count, rotations: perImage, images, volumes = 1 } = setting;
  const rows = images * perImage;
  const request = {
    source: setting.given ? { slices: randomNumbers(6, 2 * points * rows) } : { rotations: someRotations(6, rows) },
    perImage,
    centres: randomNumbers(7, 2 * rows, 4),
    offsets: randomNumbers(8, 2 * setting.translations, 1),
    points,
    volumes: volumes > 1 ? Uint32Array.from({ length: images }, (_, b) => (b + 1) % volumes) : null,
  };
  await bothScore(both, (scorer) => scorer.scoreOwn(request));
  both.scorer.dispose();
}

/** Weights are exponentials of errors: the errors' 1e-5 times their size over the variance. */
const WEIGHTED = 1e-4;

async function proveExpectation(gpu: Gpu, setting: Setting, variance = 4): Promise<void> {
  const { scorer, twin, count } = await scorers(gpu, setting);
  const request = {
    rotations: someRotations(6, setting.rotations),
    translations: randomNumbers(5, 2 * setting.translations, 3),
    points: setting.points ?? count,
    variance,
  };
  const [found, wanted] = [await scorer.expect(request), await twin.expect(request)];
  for (const key of ['bestRotation', 'bestTranslation'] as const) expectClose(key, found[key], wanted[key], 0);
  for (const key of ['logEvidence', 'expectedError'] as const) expectClose(key, found[key], wanted[key], 1e-5);
  for (const key of ['effectivePoses', 'numerator', 'denominator'] as const)
    expectClose(key, found[key], wanted[key], WEIGHTED);
  scorer.dispose();
}

type Prove = (gpu: Gpu, setting: Setting) => Promise<void>;

const words = ({ options, ...setting }: Setting): string =>
  JSON.stringify({ ...setting, ...(options?.budgetBytes && { budget: options.budgetBytes }) });

function proofs(what: string, prove: Prove, settings: Setting[]): KernelCase[] {
  return settings.map((setting) => ({ name: `${what} ${words(setting)}`, run: (gpu) => prove(gpu, setting) }));
}

const few = { images: 3, rotations: 18, translations: 9 };
/** Parts of slices, chunks of images, of translations and of results. */
const chunked: Setting = { ...few, images: 7, rotations: 60, volumes: 2, options: { budgetBytes: 32768 } };
const TILE: PoseVariant = { kind: 'tile', rows: 64, columns: 64, rowsEach: 4, columnsEach: 8, depth: 16 };
const REGISTER: PoseVariant = { kind: 'register', rows: 4, columns: 4, lanes: 8 };

/** One scorer through calls of other sizes: buffers grow, and what a call left is not seen by the next. */
async function proveReuse(gpu: Gpu): Promise<void> {
  const held = gpu.buffersHeld;
  const both = await scorers(gpu, { ...few, volumes: 2 });
  const ask = (rotations: number, shifts: number, points: number) =>
    bothScore(both, (scorer) =>
      scorer.scoreShared({
        source: { rotations: someRotations(rotations, rotations) },
        translations: randomNumbers(shifts, 2 * shifts, 2),
        points,
      }),
    );
  await ask(5, 4, 10);
  await ask(40, 20, both.count);
  for (const one of [both.scorer, both.twin]) {
    await one.setVolumes([someCube(9, 4)]);
    await one.setImages(someImages(21, 5, both.count, false));
  }
  await ask(3, 1, both.count);
  await ask(0, 1, both.count);
  await both.scorer.setImages(someImages(1, 0, both.count, true));
  const { errors } = await both.scorer.scoreShared({
    source: { rotations: someRotations(1, 2) },
    translations: new Float32Array(2),
    points: both.count,
  });
  if (errors.length > 0) throw new Error('errors of no image');
  both.scorer.dispose();
  await both.scorer.settled;
  // Reading leaves its staging buffer behind.
  if (gpu.buffersHeld > held + 1) throw new Error(`${gpu.buffersHeld - held} buffers are left`);
  if (both.scorer.memoryBytes() > 0) throw new Error('memory of a disposed scorer');
}

/** A device whose bindings are small. */
async function proveSmallBindings(gpu: Gpu): Promise<void> {
  const narrow = Object.create(gpu, { bindingBytes: { value: 40_000 } }) as Gpu;
  await proveShared(narrow, { images: 4, rotations: 200, translations: 30, limit: 3 });
  await proveOwn(narrow, { images: 4, rotations: 30, translations: 30, limit: 3 });
  await proveExpectation(narrow, { images: 9, rotations: 60, translations: 3, limit: 3 });
  const scorer = await GpuPoseScorer.create(narrow, searchPoints(BOX, 8));
  const error: unknown = await scorer.setVolumes([someCube(1, 8)]).catch((reason: unknown) => reason);
  if (!(error instanceof VitrineError) || error.code !== 'out-of-memory')
    throw new Error(`a cube that no binding shows was met by ${String(error)}`);
  scorer.dispose();
}

/** Memory that is full for a while: smaller chunks compute the same, and where even those do not fit it is said. */
async function proveFullMemory(gpu: Gpu): Promise<void> {
  let refusals = 2;
  const allocate: Gpu['allocate'] = (label, make) => {
    if (!label.endsWith('errors') || refusals-- <= 0) return gpu.allocate(label, make);
    return Promise.reject(new VitrineError('out-of-memory', 'full'));
  };
  const full = Object.create(gpu, { allocate: { value: allocate } }) as Gpu;
  await proveShared(full, few);
  refusals = Infinity;
  const refused: unknown = await proveShared(full, few).catch((reason: unknown) => reason);
  if (!(refused instanceof VitrineError) || refused.code !== 'out-of-memory')
    throw new Error(`full memory was met by ${String(refused)}`);
}

/** Errors, best poses and sums of expectation against the twin of this room. */
export const poseSearchCases: KernelCase[] = [
  ...proofs('shared slices', proveShared, [
    { images: 1, rotations: 1, translations: 1 },
    ...[15, 16, 17, 33].map((rotations) => ({ images: 2, rotations, translations: 9 })),
    { images: 3, rotations: 7, translations: 49 },
    { ...few, ctf: false },
    { ...few, points: 13 },
    { ...few, volumes: 3, limit: 3 },
    { ...few, beyond: 7 },
    { ...few, beyond: 0 },
    { ...few, given: true },
    { ...few, given: true, points: 16, ctf: false },
    chunked,
    { ...chunked, translations: 49 },
    { ...chunked, given: true },
  ]),
  ...proofs('own slices', proveOwn, [
    { images: 1, rotations: 1, translations: 1 },
    ...[1, 9, 49].map((translations) => ({ images: 3, rotations: 5, translations })),
    { ...few, ctf: false, points: 13 },
    { ...few, volumes: 3 },
    { ...few, given: true, points: 17 },
    { ...chunked, rotations: 11 },
    { ...chunked, rotations: 11, translations: 49, given: true },
  ]),
  ...proofs('expectation', proveExpectation, [
    { images: 1, rotations: 1, translations: 1 },
    ...[1, 9, 49].map((translations) => ({ images: 2, rotations: 17, translations })),
    { ...few, ctf: false, points: 13 },
    { ...few, volumes: 2, images: 17 },
    { ...chunked, rotations: 30 },
  ]),
  {
    name: 'expectation where one pose takes all',
    run: (gpu) => proveExpectation(gpu, few, 0.01),
  },
  {
    name: 'expectation where poses are as good as equal',
    run: (gpu) => proveExpectation(gpu, few, 1e4),
  },
  ...Object.entries({ tile: TILE, register: REGISTER }).map(([name, variant]): KernelCase => ({
    name: `by the ${name} kernel`,
    async run(gpu) {
      const setting = { images: 2, rotations: 70, translations: 40, limit: 3, options: { variant } };
      await proveShared(gpu, setting);
      await proveOwn(gpu, { ...setting, rotations: 40 });
      await proveExpectation(gpu, { ...setting, options: { variant, budgetBytes: 2 ** 19 } });
    },
  })),
  {
    name: 'by subgroups',
    needs: 'subgroups',
    async run(gpu) {
      for (const variant of subgroupVariants(gpu)) await proveExpectation(gpu, { ...few, options: { variant } });
    },
  },
  {
    name: 'more workgroups than one dimension holds',
    async run(gpu) {
      const wide = inTwoDimensions(gpu);
      await proveShared(wide, few);
      await proveOwn(wide, few);
      await proveExpectation(wide, few);
    },
  },
  { name: 'one scorer, many calls', run: proveReuse },
  { name: 'full memory', run: proveFullMemory },
  { name: 'small bindings', run: proveSmallBindings },
];
