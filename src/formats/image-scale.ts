/** What turns Å into pixels: the box of the images and their pixel size. */
export interface ImageScale {
  boxPixels: number;
  /** Null where nobody knows it. */
  pixelSizeAngstrom: number | null;
  /** A person said the pixel size: it stands over a table's, whose groups keep their proportions to the first row's. */
  given?: boolean;
}

/** What a person says of the CTF; it stands over the files. */
export interface CtfGivens {
  amplitudeContrast?: number;
}

/** Where a row's image lies: stack path as written (interned) and 0-based index in it. */
export interface ImageNames {
  paths: string[];
  pathOf: Int32Array;
  indexIn: Uint32Array;
  /** First row that names a file without a number, which is its only image. */
  firstWithoutNumber?: number;
}
