// Found classes against true ones: how many particles of which class went where.
import { VitrineError } from '../base/errors.ts';

/** Counts of particles by found class (rows) and true class (columns), both ascending. */
export interface Confusion {
  found: number[];
  truth: number[];
  counts: number[][];
  /** Share of particles that are of the true class which their found class holds most of, 0 … 1. */
  purity: number;
}

/** `found`, `truth`: class of each of N particles. Error: 'count-mismatch'. */
export function confusion(found: ArrayLike<number>, truth: ArrayLike<number>): Confusion {
  if (found.length !== truth.length || found.length === 0)
    throw new VitrineError('count-mismatch', 'Found and true classes are not of the same particles.', {
      expected: `${truth.length} particles`,
      found: String(found.length),
    });
  const classesOf = (labels: ArrayLike<number>) => [...new Set(Array.from(labels))].sort((a, b) => a - b);
  const [rows, columns] = [classesOf(found), classesOf(truth)];
  const rowOf = new Map(rows.map((label, at) => [label, at]));
  const columnOf = new Map(columns.map((label, at) => [label, at]));
  const counts = rows.map(() => columns.map(() => 0));
  for (let i = 0; i < found.length; i++) counts[rowOf.get(found[i]) ?? 0][columnOf.get(truth[i]) ?? 0]++;
  const most = counts.reduce((sum, row) => sum + Math.max(...row), 0);
  return { found: rows, truth: columns, counts, purity: most / found.length };
}
