// Access to the header of factor sums (../factor-fields.ts).
import { Factor } from '../factor-fields';
import { HEADER_ADDRESS } from '../header-fields';

@inline
export function int(field: Factor): i32 {
  return load<i32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function at(field: Factor): usize {
  return load<u32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function float(field: Factor): f32 {
  return load<f32>((<usize>HEADER_ADDRESS) + ((<usize>field) << 2));
}
@inline
export function arenaOfThread(thread: i32): usize {
  return at(Factor.arenas) + <usize>thread * at(Factor.arenaBytes);
}
/** Number `i` of a table of i32, of f32. */
@inline
export function word(base: usize, i: i32): i32 {
  return load<i32>(base + ((<usize>i) << 2));
}
@inline
export function real(base: usize, i: i32): f32 {
  return load<f32>(base + ((<usize>i) << 2));
}
