// What becomes of a product's sums before they are stored, the same in every kernel of the family. Loops from 0 to a
// constant that is 0 or 1 leave a part out, and its binding with it. Needs left4 of a prologue
// and chunk.wgsl.
// rows × OUTPUTS.
@group(0) @binding(5) var<storage, read_write> out: array<vec4<scalar>>;
// unroll one in 0..WITH_BIAS
// OUTPUTS, or images × OUTPUTS; float32.
@group(0) @binding(3) var<storage, read> bias: array<vec4f>;
// end
// unroll one in 0..MASKED
// rows × OUTPUTS: activations of the layer below.
@group(0) @binding(4) var<storage, read> mask: array<vec4<scalar>>;
// end

fn finish(row: u32, column4: u32, sum: vec4f) {
  let at = row * (OUTPUTS / 4u) + column4;
  var value = sum;
  // unroll one in 0..WITH_RESIDUAL
  value += vec4f(left4(row, column4));
  // end
  // unroll one in 0..SHARED_BIAS
  value += bias[column4];
  // end
  // unroll one in 0..IMAGE_BIAS
  let image = (chunk.first_row + min(row, chunk.rows - 1u)) / chunk.rows_per_image;
  value += bias[image * (OUTPUTS / 4u) + column4];
  // end
  // unroll one in 0..ACTIVATED
  value = select(SLOPE * value, value, value > vec4f());
  // end
  // unroll one in 0..MASKED
  value *= select(vec4f(SLOPE), vec4f(1.0), vec4f(mask[at]) > vec4f());
  // end
  out[at] = vec4<scalar>(value);
}
