// As into-splits.wgsl, number by number: the matrix unit stores its sums by itself.
@group(0) @binding(4) var<storage, read_write> splits: array<f32>;

// unroll only in 0..BIAS
fn put_bias(split: u32, n4: u32, sum: vec4f) {
  let at = row_splits.splits * row_splits.inputs * OUTPUTS + split * OUTPUTS + 4u * n4;
  // unroll c in 0..4
  splits[at + $c] = sum[$c];
  // end
}
// end
