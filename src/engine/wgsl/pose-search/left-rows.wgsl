// The left factor in rows.
@group(0) @binding(0) var<storage, read> left: array<vec4f>;

fn left4(row: u32, k4: u32) -> vec4f {
  return left[row * chunk.left_stride4 + k4];
}
