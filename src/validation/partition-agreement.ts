// How far two ways to put the same particles in classes agree: the adjusted Rand index (Hubert & Arabie 1985) and adjusted mutual
// information with the arithmetic mean of the entropies (Vinh, Epps & Bailey 2010). 1: the same classes; about 0: by chance.
import { VitrineError } from '../base/errors.ts';

/** Agreement of two partitions beyond chance. */
export interface PartitionAgreement {
  adjustedRand: number;
  adjustedMutualInformation: number;
}

/** `a`, `b`: class of each of N particles, any whole numbers. Error: 'count-mismatch'. */
export function partitionAgreement(a: ArrayLike<number>, b: ArrayLike<number>): PartitionAgreement {
  if (a.length !== b.length || a.length === 0)
    throw new VitrineError('count-mismatch', 'The two sets of classes are not of the same particles.', {
      expected: `${a.length} particles`,
      found: String(b.length),
    });
  const table = contingency(a, b);
  return { adjustedRand: adjustedRand(table), adjustedMutualInformation: adjustedMutualInformation(table) };
}

interface Contingency {
  count: number;
  rows: number[];
  columns: number[];
  cells: { row: number; column: number; count: number }[];
}

function contingency(a: ArrayLike<number>, b: ArrayLike<number>): Contingency {
  const places = [new Map<number, number>(), new Map<number, number>()];
  const placeOf = (side: number, label: number): number => {
    let place = places[side].get(label);
    if (place === undefined) places[side].set(label, (place = places[side].size));
    return place;
  };
  const cells = new Map<string, Contingency['cells'][number]>();
  const [rows, columns]: number[][] = [[], []];
  for (let i = 0; i < a.length; i++) {
    const [row, column] = [placeOf(0, a[i]), placeOf(1, b[i])];
    rows[row] = (rows[row] ?? 0) + 1;
    columns[column] = (columns[column] ?? 0) + 1;
    const key = `${row},${column}`;
    const cell = cells.get(key);
    if (cell) cell.count++;
    else cells.set(key, { row, column, count: 1 });
  }
  return { count: a.length, rows, columns, cells: [...cells.values()] };
}

const pairs = (n: number): number => (n * (n - 1)) / 2;
const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);

function adjustedRand({ count, rows, columns, cells }: Contingency): number {
  const together = sum(cells.map((cell) => pairs(cell.count)));
  const [inRows, inColumns] = [sum(rows.map(pairs)), sum(columns.map(pairs))];
  const expected = count > 1 ? (inRows * inColumns) / pairs(count) : 0;
  const most = (inRows + inColumns) / 2;
  return most === expected ? 1 : (together - expected) / (most - expected);
}

function adjustedMutualInformation({ count, rows, columns, cells }: Contingency): number {
  if (rows.length === columns.length && (rows.length === 1 || rows.length === count)) return 1;
  const entropy = (sizes: number[]) => -sum(sizes.map((n) => (n / count) * Math.log(n / count)));
  const mutual = sum(
    cells.map(({ row, column, count: n }) => (n / count) * Math.log((count * n) / (rows[row] * columns[column]))),
  );
  const expected = expectedMutualInformation(count, rows, columns);
  const most = (entropy(rows) + entropy(columns)) / 2;
  return (mutual - expected) / (most - expected);
}

/** Of partitions with classes of these sizes, drawn at random (hypergeometric). */
function expectedMutualInformation(count: number, rows: number[], columns: number[]): number {
  const logFactorial = new Float64Array(count + 1);
  for (let n = 2; n <= count; n++) logFactorial[n] = logFactorial[n - 1] + Math.log(n);
  const lf = (n: number): number => logFactorial[n];
  let expected = 0;
  for (const a of rows)
    for (const b of columns) {
      const fixed = lf(a) + lf(b) + lf(count - a) + lf(count - b) - lf(count);
      for (let n = Math.max(1, a + b - count); n <= Math.min(a, b); n++) {
        const probability = Math.exp(fixed - lf(n) - lf(a - n) - lf(b - n) - lf(count - a - b + n));
        expected += (n / count) * Math.log((count * n) / (a * b)) * probability;
      }
    }
  return expected;
}
