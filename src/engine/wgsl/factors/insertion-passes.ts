// How the sums of a grid lie in buffers. The numbers kept at a grid point (real parts, imaginary parts, entries) are planes, one
// number a point each; a bank is a buffer of some planes, no larger than one binding shows; a pass writes as many planes as banks can
// be bound beside what it reads, and keeps their sums in registers.

/** Storage buffers that a pass has for banks: eight a stage everywhere, three of which it reads. */
const MOST_BANKS = 5;
/** Sums that an invocation keeps at most: eight registers of four. */
const MOST_PLANES = 32;
/** A bank is no larger, where more could be bound: memory is found more easily in parts. */
const MOST_BANK_BYTES = 2 ** 27;

/** Planes first … first + count − 1, one pass of the kernel. */
export interface InsertionPass {
  first: number;
  count: number;
  /** Planes of each of its banks but the last, which has what is left. */
  perBank: number;
}

/** Banks of a pass. */
export function banksOf({ count, perBank }: InsertionPass): number[] {
  const banks: number[] = [];
  for (let left = count; left > 0; left -= perBank) banks.push(Math.min(left, perBank));
  return banks;
}

/** Of `planes` planes of so many bytes; `first` is a multiple of 4 in each. */
export function insertionPasses(planes: number, planeBytes: number, bindingBytes: number): InsertionPass[] {
  const fitting = Math.max(1, Math.floor(Math.min(bindingBytes, MOST_BANK_BYTES) / planeBytes));
  const most = Math.floor(Math.min(MOST_PLANES, MOST_BANKS * fitting) / 4) * 4;
  const passes: InsertionPass[] = [];
  for (let first = 0; first < planes; first += most) {
    const count = Math.min(most, planes - first);
    passes.push({ first, count, perBank: Math.min(fitting, Math.ceil(count / Math.ceil(count / fitting))) });
  }
  return passes;
}
