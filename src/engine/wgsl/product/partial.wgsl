// In the epilogue's place where the inputs are split: sums of a split go to partials, splits × rows × OUTPUTS.
@group(0) @binding(5) var<storage, read_write> partials: array<vec4f>;

fn finish_slice(split: u32, row: u32, column4: u32, sum: vec4f) {
  if (row < chunk.rows) {
    partials[((chunk.first_split + split) * chunk.rows + row) * (OUTPUTS / 4u) + column4] = sum;
  }
}
