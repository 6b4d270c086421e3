// Where the inputs are not split, the one split's sums are the product's.
fn finish_slice(split: u32, row: u32, column4: u32, sum: vec4f) {
  finish(row, column4, sum);
}
