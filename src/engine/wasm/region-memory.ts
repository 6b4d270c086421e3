// The memory of one scorer: points first, volumes behind them, then what a request needs, laid anew for each.
import { VitrineError } from '../../base/errors.ts';
import { HEADER_ADDRESS } from './header-fields.ts';
import { Scoring } from './scoring-fields.ts';

const PAGE_BYTES = 65536;
const MOST_PAGES = 32768;
const FIRST_ADDRESS = 4096;

/** Memory of a scorer: it grows, and its regions are laid anew for each request. */
export class ScorerMemory {
  readonly memory: WebAssembly.Memory;
  private end = FIRST_ADDRESS;
  private places = new Map<Scoring, number>();

  /** Error 'out-of-memory'. */
  constructor(shared: boolean) {
    try {
      this.memory = new WebAssembly.Memory({ initial: 16, maximum: MOST_PAGES, shared });
    } catch {
      throw tooLarge(MOST_PAGES * PAGE_BYTES);
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
  take(field: Scoring, bytes: number): number {
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
        throw tooLarge(this.end);
      }
    }
    for (const [field, address] of this.places) this.setWord(field, address);
  }

  /** Writes a whole number of the header. */
  setWord(field: Scoring, value: number): void {
    new Uint32Array(this.memory.buffer, HEADER_ADDRESS, Scoring.length)[field] = value;
  }
  /** Writes a float32 of the header. */
  setReal(field: Scoring, value: number): void {
    new Float32Array(this.memory.buffer, HEADER_ADDRESS, Scoring.length)[field] = value;
  }
  /** `length` float32 at the address of a region, not copied; stale once the memory grows. */
  floats(field: Scoring, length: number, from = 0): Float32Array {
    return new Float32Array(this.memory.buffer, this.address(field) + 4 * from, length);
  }
  /** `length` u32 at the address of a region, not copied; stale once the memory grows. */
  words(field: Scoring, length: number): Int32Array {
    return new Int32Array(this.memory.buffer, this.address(field), length);
  }

  private address(field: Scoring): number {
    const address = this.places.get(field);
    if (address === undefined) throw new RangeError(`scoring field ${field} has no place`);
    return address;
  }
}

function tooLarge(bytes: number): VitrineError {
  return new VitrineError('out-of-memory', 'There is not enough memory to search poses at this size.', {
    expected: `${Math.ceil(bytes / 2 ** 20)} MB`,
    advice: 'Search at a smaller box or band limit.',
  });
}
