// Slices and encoder inputs against the CPU's batch.ts: both domains, boxes from 2 pixels on, with and without shifts, CTF
// with optics beyond it, and encoder mask, strong defocus, rotations about the view's axis (z = 0 exactly), more than 65535 workgroups.
import { expectClose, poison, randomNumbers, type KernelCase } from '../../proof/kernel-cases.ts';
import { Random } from '../../../geometry/random.ts';
import { randomRotations } from '../../../geometry/rotation.ts';
import type { Domain, ImageBatch, ModelSpec } from '../../engine.ts';
import { opticsRows, randomFrom, residualRows } from '../../proof/model-cases.ts';
import { makeSliceLayout, type SliceLayout } from '../../slices.ts';
import type { Gpu } from '../gpu/gpu.ts';
import { padded } from '../parameters/layout.ts';
import {
  ctfPolynomials,
  makeEncoderInput,
  makeLatticeTables,
  makeSlices,
  makeWeighting,
  transferPolynomials,
} from './slices.ts';
import { slicesOnCpu, type SlicesOnCpu } from './twin.ts';

interface SliceCase {
  domain: Domain;
  boxPixels: number;
  count: number;
  /** Radius of the encoder's mask, half the box unless said. */
  mask?: number;
  shifted?: boolean;
  ctf?: boolean;
  /** Scale, B factor, magnification and what was applied before. */
  optics?: boolean;
  /** Rotations about z only. */
  flat?: boolean;
  /** Residuals by ring, contrasts. */
  weighted?: boolean;
}

const CASES: SliceCase[] = [
  { domain: 'fourier', boxPixels: 2, count: 3, shifted: true, ctf: true },
  { domain: 'hartley', boxPixels: 2, count: 1 },
  { domain: 'fourier', boxPixels: 14, count: 5, mask: 5, shifted: true, ctf: true },
  { domain: 'hartley', boxPixels: 14, count: 4, mask: 3, shifted: true, ctf: true },
  { domain: 'fourier', boxPixels: 30, count: 2, shifted: true },
  { domain: 'fourier', boxPixels: 30, count: 4, ctf: true, flat: true },
  { domain: 'hartley', boxPixels: 64, count: 2, ctf: true },
  { domain: 'fourier', boxPixels: 250, count: 2, shifted: true, ctf: true },
  { domain: 'fourier', boxPixels: 14, count: 6, mask: 5, shifted: true, ctf: true, optics: true },
  { domain: 'hartley', boxPixels: 30, count: 3, ctf: true, optics: true },
  { domain: 'fourier', boxPixels: 250, count: 3, shifted: true, ctf: true, optics: true },
  { domain: 'fourier', boxPixels: 2, count: 65600 },
  { domain: 'fourier', boxPixels: 2, count: 65600, weighted: true },
  { domain: 'hartley', boxPixels: 2, count: 3, weighted: true },
  { domain: 'fourier', boxPixels: 30, count: 5, mask: 11, shifted: true, ctf: true, weighted: true },
  { domain: 'hartley', boxPixels: 14, count: 4, ctf: true, optics: true, weighted: true },
  { domain: 'fourier', boxPixels: 250, count: 2, ctf: true, weighted: true },
];

/** Against BatchPrologue; the last proves that a wrong sign would be seen. */
export const sliceCases: KernelCase[] = [
  ...CASES.map((one) => ({ name: nameOf(one), run: (gpu: Gpu) => compare(gpu, one) })),
  { name: 'is told of a wrong sign', run: seesWrongSign },
];

function nameOf({ domain, boxPixels, count, mask, shifted, ctf, optics, flat, weighted }: SliceCase): string {
  const words = [`${domain}, box ${boxPixels}, ${count} images`];
  if (mask) words.push(`mask ${mask}`);
  if (shifted) words.push('shifts');
  if (ctf) words.push('CTF');
  if (optics) words.push('optics');
  if (weighted) words.push('weighted');
  if (flat) words.push('in the plane');
  return words.join(', ');
}

function layoutOf({ domain, boxPixels, mask }: SliceCase): SliceLayout {
  const spec: ModelSpec = {
    boxPixels,
    zDim: 2,
    domain,
    activation: 'relu',
    decoderLayers: 1,
    decoderDim: 16,
    encoderLayers: 1,
    encoderDim: 16,
    encoderMaskRadius: mask ?? boxPixels / 2,
  };
  return makeSliceLayout(spec);
}

function batchOf(layout: SliceLayout, { count, shifted, ctf, optics, flat, weighted }: SliceCase): ImageBatch {
  const rotations = flat ? quarters(count) : randomRotations(new Random(7), count);
  // Up to a tenth of the box, and the third image far out.
  const translations = shifted ? randomNumbers(3, 2 * count, 0.1) : null;
  if (translations && count > 2) translations.set([0.93, -0.71], 4);
  return {
    count,
    images: randomNumbers(1, count * layout.lattice.points),
    rotations,
    translations,
    ctf: ctf ? ctfRows(count, layout.lattice.boxPixels) : null,
    optics: optics ? opticsRows(randomFrom(11), count) : null,
    residuals: weighted ? residualRows(randomFrom(13), count, layout.lattice.boxPixels) : null,
    noise: null,
  };
}

/** Turns about z by right angles and by arbitrary ones: every point keeps z = 0. */
function quarters(count: number): Float32Array {
  const out = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) {
    const angle = 0.7 * Math.floor(i / 2);
    const [c, s] = i % 2 === 0 ? [Math.cos(angle), Math.sin(angle)] : [-1, 0];
    out.set([c, s, 0, -s, c, 0, 0, 0, 1], 9 * i);
  }
  return out;
}

/** Up to 4 µm at 1 Å: phases of hundreds of radians. */
function ctfRows(count: number, boxPixels: number): Float32Array {
  const draw = randomNumbers(5, 3 * count);
  const rows = new Float32Array(9 * count);
  for (let i = 0; i < count; i++) {
    const defocus = 24000 + 16000 * draw[3 * i];
    const row = [boxPixels, 1, defocus, defocus - 900, 90 * draw[3 * i + 1], 300, 2.7, 0.1, 45 * draw[3 * i + 2]];
    rows.set(row, 9 * i);
  }
  return rows;
}

async function onDevice(gpu: Gpu, one: SliceCase, layout: SliceLayout, batch: ImageBatch): Promise<SlicesOnCpu> {
  const { count } = batch;
  const arena = gpu.arena('slices');
  const tables = makeLatticeTables(arena, layout, one.boxPixels);
  const inputs = {
    images: arena.upload('images', batch.images),
    rotations: arena.upload('rotations', batch.rotations),
    translations: batch.translations && arena.upload('shifts', batch.translations),
    ctf:
      batch.ctf &&
      arena.upload(
        'ctf',
        batch.optics ? transferPolynomials(batch.ctf, batch.optics, 0, count) : ctfPolynomials(batch.ctf, 0, count),
      ),
    optics: Boolean(batch.optics),
  };
  const rows = count * layout.rowsPerImage;
  const width = padded(layout.encoderInputs);
  const sizes = { points: 4 * rows, targets: rows * layout.channels, transfer: rows, encoderInput: count * width };
  const outputs = {
    points: arena.floats('points', sizes.points),
    targets: arena.floats('targets', sizes.targets),
    transfer: arena.floats('transfer', sizes.transfer),
    encoderInput: arena.floats('encoder input', sizes.encoderInput),
  };
  for (const view of Object.values(outputs)) poison(gpu, view);
  gpu.submit(await makeSlices({ gpu, arena }, layout, tables, count, { inputs, outputs }));
  if (batch.residuals) {
    const weights = {
      amplitudes: arena.upload('amplitudes', batch.residuals.amplitudes),
      contrast: arena.upload('contrasts', batch.residuals.contrast),
    };
    gpu.submit(await makeWeighting({ gpu, arena }, layout, tables, count, { inputs: weights, outputs }));
  }
  const read = async (name: keyof typeof sizes) => (await gpu.readFloats(outputs[name])).subarray(0, sizes[name]);
  const got = {
    points: await read('points'),
    targets: await read('targets'),
    transfer: await read('transfer'),
    encoderInput: await read('encoderInput'),
  };
  poison(gpu, outputs.encoderInput);
  gpu.submit(await makeEncoderInput({ gpu, arena }, layout, tables, count, { inputs, output: outputs.encoderInput }));
  expectClose('encoder input alone', await read('encoderInput'), got.encoderInput, 0);
  arena.destroy();
  return got;
}

async function compare(gpu: Gpu, one: SliceCase): Promise<void> {
  const layout = layoutOf(one);
  const batch = batchOf(layout, one);
  const wanted = slicesOnCpu(layout, batch);
  const got = await onDevice(gpu, one, layout, batch);
  followUndecided(got, wanted, layout.channels);
  expectClose('points', got.points, wanted.points, 1e-6);
  expectClose('transfer', got.transfer, wanted.transfer, 1e-5);
  expectClose('targets', got.targets, wanted.targets, 1e-5);
  followUncertainSigns(got.encoderInput, wanted.encoderInput, layout, batch, wanted.transfer);
  expectClose('encoder input', got.encoderInput, wanted.encoderInput, 1e-5);
}

/** Where z is zero but for rounding, either of the two opposite points is right: the twin takes the device's. */
function followUndecided(got: SlicesOnCpu, { points, targets }: SlicesOnCpu, channels: 1 | 2): void {
  if (channels === 1) return;
  for (let row = 0; row < points.length / 4; row++) {
    const z = Math.abs(points[4 * row + 2]);
    if (got.points[4 * row + 3] !== -points[4 * row + 3] || z === 0 || z > 1e-7) continue;
    for (let i = 0; i < 4; i++) points[4 * row + i] *= -1;
    targets.subarray(2 * row, 2 * row + 2).reverse();
  }
}

/** Where the CTF is zero but for rounding, either sign is right. */
function followUncertainSigns(
  got: Float32Array,
  wanted: Float32Array,
  { lattice, encoderPoints, encoderInputs, rowsPerImage }: SliceLayout,
  { count, ctf }: ImageBatch,
  transfer: Float32Array,
): void {
  if (!ctf) return;
  const width = padded(encoderInputs);
  for (let image = 0; image < count; image++)
    for (let i = 0; i < encoderInputs; i++) {
      const p = encoderPoints ? encoderPoints[i] : i;
      const row = Math.min(p, lattice.points - 1 - p);
      const at = image * width + i;
      if (Math.abs(transfer[image * rowsPerImage + row]) < 1e-5 && got[at] * wanted[at] < 0) wanted[at] *= -1;
    }
}

/** The comparison itself: a twin with one shift turned round does not pass. */
async function seesWrongSign(gpu: Gpu): Promise<void> {
  const one: SliceCase = { domain: 'fourier', boxPixels: 14, count: 2, shifted: true };
  const layout = layoutOf(one);
  const batch = batchOf(layout, one);
  const got = await onDevice(gpu, one, layout, batch);
  const turned = batch.translations?.map((t, i) => (i === 3 ? -t : t)) ?? null;
  const wrong = slicesOnCpu(layout, { ...batch, translations: turned });
  let passed = true;
  try {
    expectClose('targets', got.targets, wrong.targets, 1e-5);
  } catch {
    passed = false;
  }
  if (passed) throw new Error('a wrong shift was not seen');
}
