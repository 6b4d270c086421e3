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
