// Few rows times a matrix, then the epilogue, in one dispatch: a workgroup makes ROWS_EACH rows of LANES · 4 columns, and its
// PARTS · LANES invocations share the inputs out, four at a time. Their sums meet in workgroup memory and are added in the
// order of the parts.
struct Sizes {
  rows: u32,
  product_groups: u32, // workgroups of the product; further ones sum weights
  inputs4: u32, // fours of inputs and of outputs: one text serves layers of all widths
  outputs4: u32,
}
@group(0) @binding(0) var<storage, read> left: array<vec4f>; // rows × inputs
@group(0) @binding(1) var<storage, read> right: array<vec4f>; // inputs × outputs
// unroll only in 0..WITH_BIAS
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // outputs
// end
// unroll only in 0..WITH_BELOW
// rows × outputs: activations of the layer below.
@group(0) @binding(3) var<storage, read> below: array<vec4f>;
// end
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // rows × outputs
@group(0) @binding(7) var<uniform> sizes: Sizes;

const THREADS = LANES * PARTS;
var<workgroup> part_sums: array<vec4f, ROWS_EACH * THREADS>;

fn finish(row: u32, column4: u32, sum: vec4f) {
  let at = row * sizes.outputs4 + column4;
  var value = sum;
  // unroll only in 0..WITH_RESIDUAL
  value += left[row * sizes.inputs4 + column4];
  // end
  // unroll only in 0..WITH_BIAS
  value += bias[column4];
  // end
  // unroll only in 0..ACTIVATED
  value = select(SLOPE * value, value, value > vec4f());
  // end
  // unroll only in 0..MASKED
  value *= select(vec4f(SLOPE), vec4f(1.0), below[at] > vec4f());
  // end
  out[at] = value;
}

fn product(group: u32, thread: u32) {
  let lane = thread % LANES;
  let part = thread / LANES;
  let across = sizes.outputs4 / LANES; // widths are multiples of 16, LANES is 4
  let first_row = group / across * ROWS_EACH;
  let first_column4 = group % across * LANES;
  // Rows beyond the last are read as the last and not stored.
  // unroll i in 0..ROWS_EACH
  let from_$i = min(first_row + $i, sizes.rows - 1u) * sizes.inputs4;
  var sum_$i = vec4f();
  // end
  for (var k4 = part; k4 < sizes.inputs4; k4 += PARTS) {
    // unroll i in 0..ROWS_EACH
    let a_$i = left[from_$i + k4];
    // end
    // unroll c in 0..4
    let b_$c = right[(4u * k4 + $c) * sizes.outputs4 + first_column4 + lane];
    // end
    // unroll c in 0..4
    // unroll i in 0..ROWS_EACH
    sum_$i = fma(vec4f(a_$i[$c]), b_$c, sum_$i);
    // end
    // end
  }
  // unroll i in 0..ROWS_EACH
  part_sums[$i * THREADS + thread] = sum_$i;
  // end
  workgroupBarrier();
  let row = first_row + part;
  if (part < ROWS_EACH && row < sizes.rows) {
    var total = vec4f();
    for (var other = 0u; other < PARTS; other++) {
      total += part_sums[part * THREADS + other * LANES + lane];
    }
    finish(row, first_column4 + lane, total);
  }
}
