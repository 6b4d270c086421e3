// The WebAssembly memory of one model, laid out by its plan, with the header and the tables written into it.
import { VitrineError } from '../../base/errors.ts';
import type { ModelSpec } from '../engine.ts';
import { ringsOfPoints } from '../../imaging/lattice.ts';
import type { SliceLayout } from '../slices.ts';
import { Header, HEADER_ADDRESS } from './header-fields.ts';
import { padded4 } from './layers.ts';
import type { MemoryPlan } from './memory-plan.ts';
import { writeWaves } from './wave-table.ts';

const PAGE_BYTES = 65536;
const LEAKY_SLOPE = 0.01;

/** Error: 'out-of-memory' where the machine does not give the bytes. */
export function memoryFor({ bytes }: MemoryPlan, shared: boolean): WebAssembly.Memory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages, shared });
  } catch {
    throw new VitrineError('out-of-memory', 'There is not enough memory for this model.', {
      expected: `${Math.ceil(bytes / 2 ** 20)} MB`,
      advice: 'Close other programs, or choose a smaller box or narrower layers.',
    });
  }
}

/** A model's memory seen from JavaScript: header words, and regions by the field that holds their address. */
export class ModelMemory {
  /** All that holds the memory on this side. */
  private buffer: ArrayBufferLike;

  constructor(
    memory: WebAssembly.Memory,
    private readonly plan: MemoryPlan,
    spec: ModelSpec,
    slices: SliceLayout,
  ) {
    this.buffer = memory.buffer;
    for (const [field, value] of plan.header) this.setWord(field, value);
    this.setReal(Header.slope, spec.activation === 'leaky_relu' ? LEAKY_SLOPE : 0);
    for (const { at, words } of plan.records) new Uint32Array(this.buffer, at, words.length).set(words);
    writeWaves(plan.waves, padded4(plan.features), new DataView(this.buffer), this.address(Header.waveTable));
    this.writeLattice(slices);
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.buffer.byteLength;
  }

  private address(field: Header): number {
    const at = this.plan.header.get(field);
    if (at === undefined) throw new RangeError(`header field ${field} has no place`);
    return at;
  }
  /** Writes a whole number of the header. */
  setWord(field: Header, value: number): void {
    new Uint32Array(this.buffer, HEADER_ADDRESS)[field] = value;
  }
  /** Writes a float32 of the header. */
  setReal(field: Header, value: number): void {
    new Float32Array(this.buffer, HEADER_ADDRESS)[field] = value;
  }
  /** `length` float32 of a region, not copied. */
  floats(field: Header, length: number): Float32Array {
    return new Float32Array(this.buffer, this.address(field), length);
  }
  /** `length` float64 of a region, not copied. */
  doubles(field: Header, length: number): Float64Array {
    return new Float64Array(this.buffer, this.address(field), length);
  }
  /** `length` u32 of a region, not copied. */
  words(field: Header, length: number): Int32Array {
    return new Int32Array(this.buffer, this.address(field), length);
  }
  /** Copies data to the beginning of a region. */
  copy(field: Header, from: Float32Array, start: number, length: number): void {
    this.floats(field, length).set(from.subarray(start, start + length));
  }
  /** Translations as fractions of the box, in pixels. */
  copyShifts(fractions: Float32Array, firstImage: number, count: number, boxPixels: number): void {
    const pixels = this.floats(Header.translations, 2 * count);
    for (let i = 0; i < 2 * count; i++) pixels[i] = fractions[2 * firstImage + i] * boxPixels;
  }
  /** z of `count` latents, from `first` on, where the decoder takes it. */
  copyLatents(latents: Float32Array, first: number, count: number, zDim: number): void {
    const stride = padded4(zDim);
    const z = this.floats(Header.latents, count * stride);
    for (let i = 0; i < count; i++) z.set(latents.subarray((first + i) * zDim, (first + i + 1) * zDim), i * stride);
  }
  /** Lets the memory go; nothing works after that. */
  release(): void {
    this.buffer = new ArrayBuffer(0);
  }

  private writeLattice(slices: SliceLayout): void {
    const { lattice, encoderPoints, encoderInputs } = slices;
    const half = lattice.points / 2;
    const x = this.doubles(Header.halfX, half);
    const y = this.doubles(Header.halfY, half);
    const center = lattice.boxPixels / 2;
    for (let h = 0; h < half; h++) {
      x[h] = (lattice.column[h] - center) / lattice.boxPixels;
      y[h] = (lattice.row[h] - center) / lattice.boxPixels;
    }
    this.words(Header.ringOfPoint, half).set(ringsOfPoints(lattice).subarray(0, half));
    const slots = this.words(Header.encoderSlot, half);
    if (!encoderPoints) return void slots.forEach((_, h) => (slots[h] = h));
    slots.fill(-1);
    for (let i = 0; i < encoderInputs / 2; i++) slots[encoderPoints[i]] = i;
  }
}
