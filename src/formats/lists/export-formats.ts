// In which formats a set's particles can be listed, and why not in the others (selection-files.ts writes them).
import type { SelectionFormat } from './selection-files.ts';

export interface ExportChoice {
  format: SelectionFormat;
  /** Null where it can be written; else what stands against it, one sentence for people. */
  whyNot: string | null;
  /** Cut from the table that the set came with, its rows as they were; else made of what is known of the particles. */
  isCut: boolean;
}

/** `tableKind`: of the table that the set came with; Å, null where nobody knows it. */
export function exportFormats(set: {
  tableKind: 'star' | 'cs' | null;
  pixelSizeAngstrom: number | null;
}): ExportChoice[] {
  const { tableKind, pixelSizeAngstrom } = set;
  const withoutStar = tableKind !== 'star' && pixelSizeAngstrom === null;
  return [
    { format: 'star', whyNot: withoutStar ? 'A STAR file needs the pixel size.' : null, isCut: tableKind === 'star' },
    {
      format: 'cs',
      whyNot:
        tableKind === 'cs' ? null : 'The particles came without a .cs file, and cryoSPARC knows them by its uid only.',
      isCut: tableKind === 'cs',
    },
    { format: 'ind.pkl', whyNot: null, isCut: false },
    { format: 'csv', whyNot: null, isCut: false },
  ];
}
