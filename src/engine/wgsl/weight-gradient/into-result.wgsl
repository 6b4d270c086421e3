// Sums of all rows, written or added to what is there. Needs finished.wgsl.
@group(0) @binding(5) var<storage, read_write> into: array<vec4f>; // a range of inputs × OUTPUTS

fn put_sum(split: u32, at4: u32, sum: vec4f) {
  var total = finished(sum);
  // unroll only in 0..ACCUMULATE
  total += into[at4];
  // end
  into[at4] = total;
}

// unroll only in 0..BIAS
@group(0) @binding(6) var<storage, read_write> bias_into: array<vec4f>; // OUTPUTS, or images of the batch × OUTPUTS

// `image`: counted from the chunk's first; where there is one split, its number.
fn put_bias(image: u32, n4: u32, sum: vec4f) {
  let at4 = (row_splits.first_image + image) * (OUTPUTS / 4u) + n4;
  var total = finished(sum);
  // unroll only in 0..ACCUMULATE_BIAS
  total += bias_into[at4];
  // end
  bias_into[at4] = total;
}
// end
