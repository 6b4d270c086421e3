// Stands for product/left-blocks where the left factor lies transposed: four reads make a block of four rows by four inputs.
fn left_block(row: u32, k4: u32) -> Block {
  let stride = chunk.left_stride4;
  let at = 4u * k4 * stride + chunk.left_first4 + row / 4u;
  let a = left[at];
  let b = left[at + stride];
  let c = left[at + 2u * stride];
  let d = left[at + 3u * stride];
  return Block(vec4f(a.x, b.x, c.x, d.x), vec4f(a.y, b.y, c.y, d.y), vec4f(a.z, b.z, c.z, d.z), vec4f(a.w, b.w, c.w, d.w));
}
