// As into-slices.wgsl, number by number: the matrix unit stores its sums by itself.
@group(0) @binding(4) var<storage, read_write> slices: array<f32>;

// unroll only in 0..BIAS
fn put_bias(slice: u32, n4: u32, sum: vec4f) {
  let at = slicing.slices * slicing.inputs * OUTPUTS + slice * OUTPUTS + 4u * n4;
  // unroll c in 0..4
  slices[at + $c] = sum[$c];
  // end
}
// end
