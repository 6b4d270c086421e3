// A slice's value from the volume that the row points into. Needs cube.wgsl.
fn slice_value(row: u32, point: u32, k: vec3f) -> vec2f {
  return cube_value(k, part.oversampling, part.reach, part.side);
}
