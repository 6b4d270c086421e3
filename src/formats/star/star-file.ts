// A STAR file as it was parsed (star.ts has the grammar): its bytes, and where each row of its blocks lies in them.
import type { Notice } from '../../base/errors.ts';

export interface StarBlock {
  /** Without `data_`; empty in RELION 3.0. */
  name: string;
  /** Column labels with the underscore, in file order. */
  columns: string[];
  /** Spans [start, end) of the rows in the file, end without the line break; 2 a row. Of pairs: their lines. */
  rowSpans: Float64Array;
  /** 1 for key–value blocks. */
  rows: number;
  isLoop: boolean;
  /** Values of a key–value block. */
  pairs: Map<string, string>;
}

export interface StarFile {
  path: string;
  bytes: Uint8Array;
  blocks: StarBlock[];
  notices: Notice[];
}
