// Set algebra of selections. A selection is an ascending Uint32Array of 0-based particle rows without repeats;
// every function returns a new one of the same kind in one pass over its arguments.

/** Rows in `a` or in `b`. */
export function union(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length + b.length);
  let i = 0;
  let j = 0;
  let n = 0;
  while (i < a.length && j < b.length) {
    const inA = a[i];
    const inB = b[j];
    out[n++] = Math.min(inA, inB);
    if (inA <= inB) i++;
    if (inB <= inA) j++;
  }
  while (i < a.length) out[n++] = a[i++];
  while (j < b.length) out[n++] = b[j++];
  return out.slice(0, n);
}

/** Rows in `a` and in `b`. */
export function intersect(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(Math.min(a.length, b.length));
  let n = 0;
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    if (a[i] < b[j]) i++;
    else if (a[i] > b[j]) j++;
    else {
      out[n++] = a[i++];
      j++;
    }
  }
  return out.slice(0, n);
}

/** Rows in `a` that are not in `b`. */
export function subtract(a: Uint32Array, b: Uint32Array): Uint32Array {
  const out = new Uint32Array(a.length);
  let n = 0;
  for (let i = 0, j = 0; i < a.length; i++) {
    while (j < b.length && b[j] < a[i]) j++;
    if (j >= b.length || b[j] !== a[i]) out[n++] = a[i];
  }
  return out.slice(0, n);
}

/** Rows 0 … count−1 that are not in `a`. */
export function invert(a: Uint32Array, count: number): Uint32Array {
  const out = new Uint32Array(Math.max(0, count));
  let n = 0;
  for (let row = 0, j = 0; row < count; row++) {
    if (j < a.length && a[j] === row) j++;
    else out[n++] = row;
  }
  return out.slice(0, n);
}

/** Rows 0 … count−1. */
export function everything(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/** Rows in any order, with repeats, as a selection. */
export function fromRows(rows: ArrayLike<number>): Uint32Array {
  const sorted = Uint32Array.from(rows).sort();
  return sorted.filter((row, i) => i === 0 || row !== sorted[i - 1]);
}

export type Combination = 'replace' | 'add' | 'subtract' | 'intersect';

/** What a new lasso or box does to the selection that stands. */
export function combine(standing: Uint32Array, fresh: Uint32Array, how: Combination): Uint32Array {
  if (how === 'add') return union(standing, fresh);
  if (how === 'subtract') return subtract(standing, fresh);
  if (how === 'intersect') return intersect(standing, fresh);
  return fresh.slice();
}
