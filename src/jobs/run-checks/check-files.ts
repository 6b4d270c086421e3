// Checks of a run as files beside their JSON: figures of curves, tables as CSV.
import type { Storage } from '../../library/storage.ts';
import { curvesFigure, fscFigure } from '../../plots/curves.ts';
import { RUN_CHECK_WORDS, type RunCheck } from './check.ts';

/** Names of what was written. */
export async function writeCheckFiles(checks: readonly RunCheck[], storage: Storage): Promise<string[]> {
  const written: string[] = [];
  const write = async (name: string, text: string): Promise<void> => {
    await storage.write(name, text);
    written.push(name);
  };
  for (const found of checks) {
    const { check, curves, table, boxPixels, pixelSizeAngstrom } = found;
    if (curves.length > 0) await write(`${check}.svg`, figureOf(found, boxPixels, pixelSizeAngstrom));
    if (curves.length > 0) await write(`${check}_curves.csv`, curvesCsv(found));
    if (table)
      await write(
        `${check}.csv`,
        `${[table.columns, ...table.rows].map((row) => row.map(cell).join(',')).join('\n')}\n`,
      );
  }
  return written;
}

function figureOf({ check, curves }: RunCheck, boxPixels: number, pixelSizeAngstrom: number): string {
  const { title } = RUN_CHECK_WORDS[check];
  if (check === 'halves' || check === 'phases' || check === 'circular')
    return fscFigure(title, curves, boxPixels, pixelSizeAngstrom);
  const side = boxPixels * pixelSizeAngstrom;
  return curvesFigure({
    ...{ title, xLabel: '1/Å', yLabel: 'power over that of the noise' },
    curves: curves.map(({ name, values }) => ({ name, x: values.map((_, shell) => shell / side), y: values })),
  });
}

function curvesCsv({ curves, boxPixels, pixelSizeAngstrom }: RunCheck): string {
  const head = ['shell', 'frequency_per_angstrom', ...curves.map(({ name }) => cell(name))].join(',');
  const rows = curves[0].values.map((_, shell) =>
    [
      shell,
      (shell / (boxPixels * pixelSizeAngstrom)).toPrecision(6),
      ...curves.map(({ values }) => values[shell].toPrecision(6)),
    ].join(','),
  );
  return `${[head, ...rows].join('\n')}\n`;
}

/** Quoted where it has to be. */
function cell(value: string | number): string {
  const text = String(value);
  return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
