// Few rows times a matrix, then the epilogue, in one dispatch: a workgroup makes ROWS_EACH rows of LANES · 4 columns, and its
// PARTS · LANES invocations share the inputs out, four at a time. Their sums meet in workgroup memory and are added in the
// order of the parts.
struct Sizes {
  rows: u32,
  product_groups: u32, // workgroups of the product; further ones sum weights
}
@group(0) @binding(0) var<storage, read> left: array<vec4f>; // rows × INPUTS
@group(0) @binding(1) var<storage, read> right: array<vec4f>; // INPUTS × OUTPUTS
// unroll only in 0..WITH_BIAS
@group(0) @binding(2) var<storage, read> bias: array<vec4f>; // OUTPUTS
// end
// unroll only in 0..WITH_BELOW
// rows × OUTPUTS: activations of the layer below.
@group(0) @binding(3) var<storage, read> below: array<vec4f>;
// end
@group(0) @binding(4) var<storage, read_write> out: array<vec4f>; // rows × OUTPUTS
@group(0) @binding(7) var<uniform> sizes: Sizes;

const INPUTS4 = INPUTS / 4u;
const OUTPUTS4 = OUTPUTS / 4u;
const THREADS = LANES * PARTS;
const TILES_ACROSS = OUTPUTS4 / LANES; // widths are multiples of 16, LANES is 4
var<workgroup> part_sums: array<vec4f, ROWS_EACH * THREADS>;

fn finish(row: u32, column4: u32, sum: vec4f) {
  let at = row * OUTPUTS4 + column4;
  var value = sum;
  // unroll only in 0..WITH_RESIDUAL
  value += left[row * INPUTS4 + column4];
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
  let first_row = group / TILES_ACROSS * ROWS_EACH;
  let first_column4 = group % TILES_ACROSS * LANES;
  // Rows beyond the last are read as the last and not stored.
  // unroll i in 0..ROWS_EACH
  let from_$i = min(first_row + $i, sizes.rows - 1u) * INPUTS4;
  var sum_$i = vec4f();
  // end
  for (var k4 = part; k4 < INPUTS4; k4 += PARTS) {
    // unroll i in 0..ROWS_EACH
    let a_$i = left[from_$i + k4];
    // end
    // unroll c in 0..4
    let b_$c = right[(4u * k4 + $c) * OUTPUTS4 + first_column4 + lane];
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
