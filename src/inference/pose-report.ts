// How the poses of an ab initio run stand, for the screen and the record: plain data.
import type { Notice } from '../base/errors.ts';

/** How the poses of a run stand at one moment. */
export interface PoseReport {
  /** 'start': expectation–maximisation; 'refine': its poses on finer grids; 'search': a pose search of an epoch. */
  stage: 'start' | 'refine' | 'search';
  /** Of the epoch that searched; 0 during the start. */
  epoch: number;
  /** 0 … 1 of the stage. */
  fraction: number;
  /** For people: "Step 34 of 90, band limit 7 px". */
  message: string;
  /** Images a viewing direction: 192 equal areas of the sphere (HEALPix nested, 4 a side of a base pixel). */
  directions: number[];
  /** Share of images whose rotation moved by more than `movedDegrees` since the report before; null for the first. */
  moving: number | null;
  movedDegrees: number;
  medianMoveDegrees: number | null;
  /** Share of images whose best shift lies at the border of those searched. */
  atBorder: number;
  /** Images a class of the start; one number where there is one map. */
  classes: number[];
  /** Mean squared error an image value, CTF·slice against image, at the poses. */
  error: number;
  notices: Notice[];
}
