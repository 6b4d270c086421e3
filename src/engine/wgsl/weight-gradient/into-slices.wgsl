// A slice's sums, kept for add-slices.wgsl: slices × (inputs × OUTPUTS), then slices × OUTPUTS of bias.
@group(0) @binding(4) var<storage, read_write> slices: array<vec4f>;

fn put_sum(slice: u32, at4: u32, sum: vec4f) {
  slices[slice * (slicing.inputs * (OUTPUTS / 4u)) + at4] = sum;
}

// unroll only in 0..BIAS
fn put_bias(slice: u32, n4: u32, sum: vec4f) {
  slices[slicing.slices * (slicing.inputs * (OUTPUTS / 4u)) + slice * (OUTPUTS / 4u) + n4] = sum;
}
// end
