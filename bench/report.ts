// What a benchmark says: parts with a title and a table in Markdown, printed as they come, and on request kept in RESULTS.md
// between two marks, so that what was measured there on other machines stays.
import { readFileSync, writeFileSync } from 'node:fs';

export interface Part {
  title: string;
  /** Words before the table. */
  notes?: string[];
  header: string[];
  rows: string[][];
}

/** Columns padded to their widest cell, as prettier has it. */
export function markdown({ title, notes, header, rows }: Part): string {
  const widths = header.map((_, i) => Math.max(3, ...[header, ...rows].map((row) => row[i].length)));
  const line = (cells: string[]) => `| ${cells.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  const words = notes?.length ? [notes.join('\n'), ''] : [];
  const table = rows.length > 0 ? [line(header), rule, ...rows.map(line)] : ['Nothing was measured.'];
  return [`### ${title}`, '', ...words, ...table].join('\n');
}

/** Replaces the section of this name in a results file, or puts it at the end. */
export function keep(path: string, name: string, text: string): void {
  const [open, close] = [`<!-- bench: ${name} -->`, `<!-- end of bench: ${name} -->`];
  const before = readFileSync(path, 'utf8');
  const section = `${open}\n\n${text}\n\n${close}`;
  const from = before.indexOf(open);
  const to = before.indexOf(close);
  const after =
    from >= 0 && to > from
      ? before.slice(0, from) + section + before.slice(to + close.length)
      : `${before.trimEnd()}\n\n${section}\n`;
  writeFileSync(path, after);
}

/** Three figures with a prefix: 12.3 T, 456 G. */
export function scaled(value: number): string {
  const [size, prefix] = value >= 1e12 ? [1e12, 'T'] : value >= 1e9 ? [1e9, 'G'] : [1e6, 'M'];
  return `${figures(value / size)} ${prefix}`;
}

/** Three figures, never in powers of ten. */
export function figures(value: number): string {
  if (!Number.isFinite(value)) return '–';
  if (value >= 100) return value.toFixed(0);
  return value.toPrecision(3);
}

export function seconds(value: number): string {
  return value >= 1
    ? `${figures(value)} s`
    : value >= 1e-3
      ? `${figures(1e3 * value)} ms`
      : `${figures(1e6 * value)} µs`;
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`;
}

export function megabytes(bytes: number): string {
  return `${figures(bytes / 1e6)} MB`;
}

export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}
