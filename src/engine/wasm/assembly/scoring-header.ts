// Access to the scorer's header (../scoring-fields.ts), and a thread's scratch.
import { HEADER_ADDRESS } from '../header-fields';
import { PANELS_A_BLOCK, Scoring } from '../scoring-fields';

@inline
export function int(field: Scoring): i32 {
  return load<i32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function at(field: Scoring): usize {
  return load<u32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function float(field: Scoring): f32 {
  return load<f32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}

@inline
export function arenaOfThread(thread: i32): usize {
  return at(Scoring.arenas) + <usize>thread * at(Scoring.arenaBytes);
}
/** Of an arena: slices of a block, their squares, norms by four images, a tile, phases of a centre, moved rows of one image. */
@inline
export function squaresIn(arena: usize): usize {
  return arena + <usize>PANELS_A_BLOCK * at(Scoring.sliceStride);
}
