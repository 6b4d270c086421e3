// What a particle is called. A set counts its particles in rows; files count them in the original stack, in rows of a table, by
// image or by uid. Lists of rows and of indices have types of their own, so that none is taken for another. The screen, the
// command line and CSV files say the index in the original stack, from 0, as cryoDRGN counts; where an image of a table is
// meant, its name as RELION writes it, from 1.
declare const frame: unique symbol;

/** Rows of a set, 0-based: what its arrays (poses, latents, images) are read by. A plain array counts so. */
export type SetRows = ArrayLike<number> & { readonly [frame]?: 'set' };
/** Places in the original stack or table, before any list or filter, 0-based: cryoDRGN's ind.pkl. */
export type OriginalIndices = Uint32Array & { readonly [frame]: 'original' };
/** Rows of the table (STAR, .cs) that a set came with, 0-based. */
export type TableRows = Uint32Array & { readonly [frame]: 'table' };

/** Says of `indices` that they count in the original stack. */
export function countedInOriginal(indices: ArrayLike<number>): OriginalIndices {
  return (indices instanceof Uint32Array ? indices : Uint32Array.from(indices)) as OriginalIndices;
}

/** Says of `rows` that they count in a table. */
export function countedInTable(rows: ArrayLike<number>): TableRows {
  return (rows instanceof Uint32Array ? rows : Uint32Array.from(rows)) as TableRows;
}

/** 0 … count−1: of a set that is its original, or its table. */
export function everyRow(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, row) => row);
}

/** Places in the original of `rows` of a set. */
export function originalsOf(rows: SetRows, original: OriginalIndices): OriginalIndices {
  return countedInOriginal(Uint32Array.from(rows, (row) => original[row]));
}

/** Rows of a set by the place in the original. */
export function rowsByOriginal(original: OriginalIndices): ReadonlyMap<number, number> {
  return new Map(Array.from(original, (index, row) => [index, row]));
}

export type ParticleIdentity =
  /** Place in the original stack, from 0. */
  | { kind: 'original'; index: number }
  /** Row of a set of which the original is not known, from 0. */
  | { kind: 'row'; row: number }
  /** Image of a stack, its index from 0; RELION counts it from 1. */
  | { kind: 'image'; path: string; index: number }
  /** Of a .cs file. */
  | { kind: 'uid'; uid: bigint };

/** "particle 12", "000013@stack.mrcs", "uid 4711": the same words on the screen, in a terminal and in messages. */
export function particleName(identity: ParticleIdentity): string {
  switch (identity.kind) {
    case 'original':
      return `particle ${identity.index}`;
    case 'row':
      return `row ${identity.row} of the set`;
    case 'image':
      return `${String(identity.index + 1).padStart(6, '0')}@${identity.path}`;
    case 'uid':
      return `uid ${identity.uid}`;
  }
}

/** Of a row of a set, as it is called everywhere; `original` null where it is not known. */
export function nameOfRow(row: number, original: OriginalIndices | null | undefined): string {
  return particleName(original ? { kind: 'original', index: original[row] } : { kind: 'row', row });
}
