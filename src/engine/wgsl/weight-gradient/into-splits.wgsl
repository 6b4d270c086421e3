// A split's sums, kept for add-splits.wgsl: splits × (inputs × OUTPUTS), then splits × OUTPUTS of bias.
@group(0) @binding(4) var<storage, read_write> splits: array<vec4f>;

fn put_sum(split: u32, at4: u32, sum: vec4f) {
  splits[split * (row_splits.inputs * (OUTPUTS / 4u)) + at4] = sum;
}

// unroll only in 0..BIAS
fn put_bias(split: u32, n4: u32, sum: vec4f) {
  splits[row_splits.splits * (row_splits.inputs * (OUTPUTS / 4u)) + split * (OUTPUTS / 4u) + n4] = sum;
}
// end
