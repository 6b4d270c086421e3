// A slice's value as it is given: rows x points (Re, Im).
@group(0) @binding(5) var<storage, read> given: array<vec2f>;

fn slice_value(row: u32, point: u32, k: vec3f) -> vec2f {
  return given[row * part.points + point];
}
