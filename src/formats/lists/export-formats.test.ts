// What the screen is told can be written is what is written, and what it is told cannot be is refused.
import { expect, it } from 'vitest';
import { countedInOriginal, countedInTable, everyRow } from '../../base/particle-identity.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ParticleSet, ParticleTable } from '../particles.ts';
import { exportFormats } from './export-formats.ts';
import { writeSelection } from './selection-files.ts';

const COUNT = 3;
function setOf(tableKind: 'star' | null, pixelSizeAngstrom: number | null): ParticleSet {
  const table: ParticleTable | null = tableKind && {
    ...{ kind: tableKind, fileName: `a.${tableKind}`, rows: COUNT, columnNames: [], numericColumn: () => null },
    writeRows: (rows) => Uint8Array.from(rows),
  };
  const frame = { count: COUNT, boxPixels: 4, pixelSizeAngstrom };
  return {
    ...frame,
    name: 'set',
    images: { ...frame, read: () => Promise.reject(new Error('not here')) },
    ...{ poses: null, ctf: null, optics: null, opticsGroups: [], opticsGroupOf: null, warnings: [] },
    originalIndex: countedInOriginal(everyRow(COUNT)),
    originalCount: COUNT,
    table,
    tableRows: table && countedInTable(everyRow(COUNT)),
  };
}

it.each([
  ['star', 2],
  ['star', null],
  [null, 2],
  [null, null],
] as const)('of a set with table %s and pixel size %s', (tableKind, pixelSizeAngstrom) => {
  const set = setOf(tableKind, pixelSizeAngstrom);
  for (const { format, whyNot, isCut } of exportFormats({ tableKind, pixelSizeAngstrom })) {
    if (whyNot !== null) expect(() => writeSelection(set, [2, 0], format), format).toThrow(VitrineError);
    else expect(writeSelection(set, [2, 0], format).length, format).toBeGreaterThan(0);
    if (isCut) expect(writeSelection(set, [2, 0], format)).toEqual(Uint8Array.of(2, 0));
  }
});

it('offers STAR of a set that came without one, and .cs only of one that came with it', () => {
  const offered = (tableKind: 'star' | 'cs' | null) =>
    exportFormats({ tableKind, pixelSizeAngstrom: 2 })
      .filter(({ whyNot }) => whyNot === null)
      .map(({ format }) => format);
  expect(offered(null)).toEqual(['star', 'ind.pkl', 'csv']);
  expect(offered('star')).toEqual(['star', 'ind.pkl', 'csv']);
  expect(offered('cs')).toEqual(['star', 'cs', 'ind.pkl', 'csv']);
});
