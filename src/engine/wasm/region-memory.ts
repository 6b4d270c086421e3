// The memory of one scorer, or of factor sums: regions that stay first, then what a request needs, laid anew for each.
import { VitrineError } from '../../base/errors.ts';
import { HEADER_ADDRESS } from './header-fields.ts';

const PAGE_BYTES = 65536;
const MOST_PAGES = 32768;
const FIRST_ADDRESS = 4096;

/** What a memory is for: words of its header, and what is said where it cannot be had. */
interface MemoryUse {
  headerWords: number;
  refusal: string;
  advice: string;
}

/** Memory that grows, its regions laid anew for each request; `Field` numbers the words of its header. */
export class RegionMemory<Field extends number> {
  readonly memory: WebAssembly.Memory;
  private end = FIRST_ADDRESS;
  private places = new Map<Field, number>();

  /** Error 'out-of-memory'. */
  constructor(
    shared: boolean,
    private readonly use: MemoryUse,
  ) {
    try {
      this.memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared });
    } catch {
      throw this.tooLarge(MOST_PAGES * PAGE_BYTES);
    }
  }

  /** Bytes of the memory. */
  get bytes(): number {
    return this.memory.buffer.byteLength;
  }

  /** Where the next region would begin; `rewind` to it forgets those after. */
  get mark(): number {
    return this.end;
  }
  /** Forgets the regions taken after `mark`. */
  rewind(mark: number): void {
    this.end = mark;
  }

  /** A region whose address the kernels find under `field`. */
  take(field: Field, bytes: number): number {
    const address = this.end;
    this.end += Math.ceil(bytes / 128) * 128;
    this.places.set(field, address);
    return address;
  }

  /** Grows to hold all that was taken and tells the kernels where it lies. Error 'out-of-memory'. */
  settle(): void {
    // The kernels read a vector beyond what they need.
    const missing = this.end + 128 - this.memory.buffer.byteLength;
    if (missing > 0) {
      try {
        this.memory.grow(Math.ceil(missing / PAGE_BYTES));
      } catch {
        throw this.tooLarge(this.end);
      }
    }
    for (const [field, address] of this.places) this.setWord(field, address);
  }

  /** Writes a whole number of the header. */
  setWord(field: Field, value: number): void {
    new Uint32Array(this.memory.buffer, HEADER_ADDRESS, this.use.headerWords)[field] = value;
  }
  /** Writes a float32 of the header. */
  setReal(field: Field, value: number): void {
    new Float32Array(this.memory.buffer, HEADER_ADDRESS, this.use.headerWords)[field] = value;
  }
  /** `length` float32 at the address of a region, not copied; stale once the memory grows. */
  floats(field: Field, length: number, from = 0): Float32Array {
    return new Float32Array(this.memory.buffer, this.address(field) + 4 * from, length);
  }
  /** `length` u32 at the address of a region, not copied; stale once the memory grows. */
  words(field: Field, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.address(field), length);
  }

  private address(field: Field): number {
    const address = this.places.get(field);
    if (address === undefined) throw new RangeError(`header field ${String(field)} has no place`);
    return address;
  }

  private tooLarge(bytes: number): VitrineError {
    return new VitrineError('out-of-memory', this.use.refusal, {
      expected: `${Math.ceil(bytes / 2 ** 20)} MB`,
      advice: this.use.advice,
    });
  }
}
