// The left factor transposed: a row of memory is one input of all rows. Tiles take four rows by four inputs at a time.
@group(0) @binding(0) var<storage, read> left: array<vec4f>;

fn left4(row: u32, k4: u32) -> vec4f {
  let at = 4u * k4 * chunk.left_stride4 + chunk.left_first4 + row / 4u;
  let stride = chunk.left_stride4;
  let i = row % 4u;
  return vec4f(left[at][i], left[at + stride][i], left[at + 2u * stride][i], left[at + 3u * stride][i]);
}
