// Functions of a position s along a chain, by which maps are combined: V(s) = Σ_b φ_b(s) U_b (linear.md, section 5; the generative
// topographic mapping of Bishop, Svensén & Williams 1998 with polynomials). Line: Legendre polynomials on [−1, 1]; circle: a Fourier
// series of period 2; sheet: products of Legendre polynomials on [−1, 1]². All with mean square 1.

/** What s runs through. */
export type ChainShape = 'line' | 'circle' | 'sheet';
/** All of them; the first is the simplest. */
export const CHAIN_SHAPES: readonly ChainShape[] = ['line', 'circle', 'sheet'];

const SHEET_DEGREE = 3;
/** Nodes of a posterior along each direction. */
const NODES = { line: 25, circle: 36, sheet: 13 } as const;

/** Numbers that a position has. */
export function chainDimension(shape: ChainShape): 1 | 2 {
  return shape === 'sheet' ? 2 : 1;
}

/** B unless said otherwise of a line, and of a circle (three harmonics). */
const TERMS = { line: 5, circle: 7 } as const;

/** B of a shape unless said otherwise. */
export function defaultTerms(shape: ChainShape): number {
  return shape === 'sheet' ? sheetDegrees().length : TERMS[shape];
}

/** φ_0 … φ_{B−1} at a position. */
export function chainBasis(shape: ChainShape, terms: number, s: ArrayLike<number>): Float64Array {
  if (shape === 'line') return legendre(s[0], terms);
  if (shape === 'circle')
    return Float64Array.from({ length: terms }, (_, b) => {
      const turns = Math.PI * Math.ceil(b / 2) * s[0];
      return b === 0 ? 1 : Math.SQRT2 * (b % 2 === 1 ? Math.cos(turns) : Math.sin(turns));
    });
  const [first, second] = [legendre(s[0], SHEET_DEGREE + 1), legendre(s[1], SHEET_DEGREE + 1)];
  return Float64Array.from(sheetDegrees().slice(0, terms), ([a, b]) => first[a] * second[b]);
}

/** K positions, K×dimension, at which posteriors are taken; the prior over them is even. */
export function chainNodes(shape: ChainShape): Float32Array {
  const n = NODES[shape];
  if (shape === 'circle') return Float32Array.from({ length: n }, (_, k) => -1 + (2 * k) / n);
  const at = (k: number) => -1 + (2 * k) / (n - 1);
  if (shape === 'line') return Float32Array.from({ length: n }, (_, k) => at(k));
  return Float32Array.from({ length: 2 * n * n }, (_, i) => at(i % 2 === 0 ? Math.floor(i / 2 / n) : (i >> 1) % n));
}

/** Legendre's polynomials times √(2b + 1). */
function legendre(x: number, terms: number): Float64Array {
  const out = new Float64Array(terms);
  let [before, now] = [0, 1];
  for (let b = 0; b < terms; b++) {
    out[b] = now * Math.sqrt(2 * b + 1);
    [before, now] = [now, ((2 * b + 1) * x * now - b * before) / (b + 1)];
  }
  return out;
}

/** Degrees of a sheet's terms, the lowest sums first. */
function sheetDegrees(): [number, number][] {
  const degrees: [number, number][] = [];
  for (let sum = 0; sum <= SHEET_DEGREE; sum++) for (let a = sum; a >= 0; a--) degrees.push([a, sum - a]);
  return degrees;
}
