// A map from the field's values without leaving the device: coordinates for the decoder, a place for its values, and the
// inverse transform of a real map from the half of space where x >= 0. Big maps are made in slabs of planes, so that no
// binding passes the adapter's limits; the first axis is then done anew for each slab.
import { VitrineError } from '../../../base/errors.ts';
import { memoryFull } from '../../gpu-device.ts';
import { lineWork, makeLinesInParts, type LinesVariant } from '../fourier/lines.ts';
import { partsOf } from '../fourier/parts.ts';
import { LONGEST_LINE } from '../fourier/plan.ts';
import { makeStridedFourier } from '../fourier/strided.ts';
import { shaders } from '../generated/shaders.ts';
import { partOf, type Arena, type BufferView } from '../gpu/arena.ts';
import type { Command, Dispatch, Gpu } from '../gpu/gpu.ts';
import { shaderSource } from '../gpu/source.ts';
import { sphereRows } from './sphere-rows.ts';

/** Planes of a slab: a multiple of this, so that a slab's part of the map begins at a multiple of 256 bytes. */
const PLANES = 64;
const MOST_SLAB_BYTES = 2 ** 30;
/** Bindings that the kernel of the first axis has left for the values. */
const MOST_PARTS = 4;
/** Operations of a lattice point whose coordinates are asked for. */
const COORDINATE_FLOPS = 32;

interface Plan {
  gpu: Gpu;
  arena: Arena;
  boxPixels: number;
  half: boolean;
  rows: BufferView;
  values: BufferView;
  points: number;
  variant: LinesVariant | undefined;
}

/** Box of the model and of the map, pixels; `half`: (Re, Im) on the half sphere, else Hartley values on the whole one. */
export interface VolumeSizes {
  modelPixels: number;
  boxPixels: number;
  half: boolean;
}

/**
 * Records how values at the sphere's points become a map: laid on the lattice, inverse Hartley transform, last planes
 * dropped.
 */
export class VolumeMaker {
  private shownScale = NaN;

  /** d. */
  readonly boxPixels: number;
  /** M: points that are asked of the decoder. */
  readonly points: number;
  /** M×vec4f (x, y, z, 1), cycles per pixel of the model's box, order of imaging/sphere.ts. */
  readonly coordinates: BufferView;
  /** M×2 (Re, Im) on the half sphere, M×1 Hartley values on the whole one: float32, the decoder's to fill. */
  readonly values: BufferView;
  /** d³ float32 [z][y][x]. */
  readonly volume: BufferView;

  private constructor(
    private readonly gpu: Gpu,
    private readonly modelPixels: number,
    made: Pick<VolumeMaker, 'boxPixels' | 'points' | 'coordinates' | 'values' | 'volume'>,
    private readonly scale: BufferView,
    private readonly program: readonly Command[],
  ) {
    this.boxPixels = made.boxPixels;
    this.points = made.points;
    this.coordinates = made.coordinates;
    this.values = made.values;
    this.volume = made.volume;
  }

  /**
   * `boxPixels`: d, even, at most the model's D and 1024. `slabPlanes` and `partPoints` make slabs and parts of the values
   * smaller than the device asks for (tests). Errors: 'value-out-of-range' for another box, 'out-of-memory' for one whose
   * buffers this device does not give.
   */
  static async make(
    gpu: Gpu,
    arena: Arena,
    { modelPixels, boxPixels, half }: VolumeSizes,
    { variant, slabPlanes, partPoints }: { variant?: LinesVariant; slabPlanes?: number; partPoints?: number } = {},
  ): Promise<VolumeMaker> {
    if (
      !Number.isInteger(boxPixels) ||
      boxPixels < 2 ||
      boxPixels % 2 !== 0 ||
      boxPixels > Math.min(modelPixels, LONGEST_LINE)
    )
      throw new VitrineError('value-out-of-range', 'The box of a map has to be even and no larger than the model’s.', {
        expected: `an even number up to ${Math.min(modelPixels, LONGEST_LINE)}`,
        found: String(boxPixels),
      });
    const { rows: rowTable, before, points } = sphereRows(boxPixels, half);
    const channels = half ? 2 : 1;
    const largest = Math.max(16 * points, 4 * boxPixels ** 3);
    if (largest > gpu.device.limits.maxBufferSize) throw memoryFull(`${largest} bytes in one buffer`);
    const coordinates = arena.buffer('coordinates', 16 * points);
    const values = arena.floats('values', channels * points);
    const volume = arena.floats('volume', boxPixels ** 3);
    const rows = arena.upload('rows of the sphere', rowTable);
    const scale = arena.uniform('scale of the map', [0, 0, 0, 0]);
    await fillCoordinates(gpu, arena, { modelPixels, boxPixels, half, rows, before, points, coordinates });
    const plan: Plan = { gpu, arena, boxPixels, half, rows, values, points, variant };
    const program = await makeProgram(plan, volume, scale, slabPlanes, partPoints);
    return new VolumeMaker(gpu, modelPixels, { boxPixels, points, coordinates, values, volume }, scale, program);
  }

  /** From `values` to `volume`; submit them after what fills `values`, before asking for another scale. */
  commands(standardDeviation: number): Command[] {
    const scale = standardDeviation / this.modelPixels ** 3;
    if (scale !== this.shownScale) this.gpu.write(this.scale, Float32Array.of(scale, 0, 0, 0));
    this.shownScale = scale;
    return [...this.program];
  }
}

interface CoordinatesShape extends Pick<Plan, 'boxPixels' | 'half' | 'rows' | 'points'> {
  modelPixels: number;
  /** Points before each plane. */
  before: Int32Array;
  coordinates: BufferView;
}

async function fillCoordinates(gpu: Gpu, arena: Arena, shape: CoordinatesShape): Promise<void> {
  const { modelPixels, boxPixels, half, rows, before, points, coordinates } = shape;
  const side = boxPixels + 1;
  const axis = arena.upload(
    'axis',
    Float32Array.from({ length: side }, (_, i) => (i - boxPixels / 2) / modelPixels),
  );
  const source = shaderSource({ HALF_BOX: boxPixels / 2, HALF: half }, [
    shaders['volume/sphere-rank'],
    shaders['volume/coordinates'],
  ]);
  const pipeline = await gpu.pipeline('coordinates of a map', source);
  const planes = half ? boxPixels / 2 + 1 : side;
  const ofPlane = { flops: COORDINATE_FLOPS * side ** 2, bytes: 16 * Math.min(side ** 2, points) };
  const commands = partsOf(gpu, planes, ofPlane).map(({ first, count }) => {
    // Bindings begin at multiples of 16 points.
    const firstPoint = Math.floor(before[first] / 16) * 16;
    const written = Math.min(points, before[first + count]) - firstPoint;
    const part = arena.uniform('planes', [first, count, firstPoint]);
    const views = [rows, axis, partOf(coordinates, 4 * firstPoint, 4 * written), part];
    const work = { flops: COORDINATE_FLOPS * count * side ** 2, bytes: 16 * written };
    return gpu.dispatch('coordinates of a map', pipeline, views, Math.ceil((count * side ** 2) / 64), work);
  });
  gpu.submit(commands);
}

async function makeProgram(
  plan: Plan,
  volume: BufferView,
  scale: BufferView,
  slabPlanes?: number,
  partPoints?: number,
): Promise<Command[]> {
  const { gpu, arena, boxPixels: size } = plan;
  const columns = size / 2 + 1;
  const planeBytes = 8 * size * columns;
  const room = Math.min(gpu.bindingBytes, MOST_SLAB_BYTES);
  const fitting = Math.floor(room / planeBytes / PLANES) * PLANES;
  const planes = Math.min(size, slabPlanes ?? fitting);
  if (planes < 1) throw memoryFull(`${PLANES * planeBytes} bytes in one binding`);
  const spectrum = arena.buffer('spectrum', planes * planeBytes);
  const commands: Command[] = [];
  for (let first = 0; first < size; first += planes) {
    const count = Math.min(planes, size - first);
    const part = partOf(volume, first * size * size, count * size * size);
    commands.push(
      ...(await alongZ(plan, columns, spectrum, [first, count], partPoints)),
      ...(await makeStridedFourier(
        { gpu, arena },
        {
          size,
          direction: 'inverse',
          stride: columns,
          across: columns,
          aside: 1,
          slab: size * columns,
          variant: plan.variant,
        },
        spectrum,
        count * columns,
      )),
      ...(await alongX(plan, columns, (count * size) / 2, { spectrum, scale, into: part })),
    );
  }
  return commands;
}

async function alongZ(
  plan: Plan,
  columns: number,
  spectrum: BufferView,
  [firstPlane, planes]: readonly [number, number],
  partPoints?: number,
): Promise<Dispatch[]> {
  const { gpu, arena, boxPixels: size, half, rows, values, points, variant } = plan;
  const channels = half ? 2 : 1;
  const most = partPoints ?? Math.floor(gpu.bindingBytes / 256) * (64 / channels);
  const valueParts = Math.ceil(points / most);
  if (valueParts > MOST_PARTS) throw memoryFull(`${4 * channels * points} bytes in ${MOST_PARTS} bindings`);
  const views = Array.from({ length: valueParts }, (_, i) =>
    partOf(values, i * most * channels, Math.min(most, points - i * most) * channels),
  );
  const lines = size * columns;
  // Half of the ball is read, the slab is written.
  const bytesALine = 8 * planes + (4 * channels * points) / lines;
  const parts = partsOf(gpu, lines, lineWork({ size, bytesALine })).map(({ first, count }) => {
    const slab = arena.uniform('slab', [firstPlane, planes, first, count]);
    return { lines: count, views: [rows, spectrum, slab, ...views] };
  });
  return makeLinesInParts(
    { gpu, arena },
    {
      ...{ label: `map of ${size}, along z`, size, direction: 'inverse', beside: true },
      ...{ lines, end: 'put', variant, bytesALine },
    },
    [
      shaders['volume/sphere-rank'],
      shaders[half ? 'volume/values-fourier' : 'volume/values-hartley'],
      shaders['volume/along-z'],
    ].join('\n'),
    {
      HALF_BOX: size / 2,
      COLUMNS: columns,
      PARTS: valueParts,
      PART_POINTS: most,
      field_value: half ? 'vec2f' : 'f32',
    },
    parts,
  );
}

/** `lines`: pairs of rows of the slab whose part of the map is `into`. */
function alongX(
  { gpu, arena, boxPixels: size, variant }: Plan,
  columns: number,
  lines: number,
  { spectrum, scale, into }: Record<'spectrum' | 'scale' | 'into', BufferView>,
): Promise<Dispatch[]> {
  const bytesALine = 16 * columns + 8 * size;
  const parts = partsOf(gpu, lines, lineWork({ size, bytesALine })).map(({ first, count }) => ({
    lines: count,
    views: [spectrum, arena.uniform('lines', [first, count]), scale, into],
  }));
  return makeLinesInParts(
    { gpu, arena },
    {
      ...{ label: `map of ${size}, along x`, size, direction: 'inverse', beside: false },
      ...{ lines, end: 'put', variant, bytesALine },
    },
    shaders['volume/along-x'],
    { COLUMNS: columns },
    parts,
  );
}
