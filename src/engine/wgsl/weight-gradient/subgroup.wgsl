// The same sums by one subgroup a workgroup, without workgroup memory, for adapters in software, where a read costs as many as
// there are lanes even if all want the same number: the lanes read READS times a vector of left each, and tell the others.
// EACH_M × EACH_N sums an invocation; EACH_M / 4 divides LANES. Bindings 0 and 1: encoding/left-*.wgsl.
@group(0) @binding(2) var<storage, read> gradient: array<vec4<scalar>>; // rows × OUTPUTS
@group(0) @binding(3) var<uniform> row_splits: RowSplits;

const VECTORS = EACH_M / 4u; // of a row
const TURN = READS * ROWS; // rows at a time; ROWS: LANES / VECTORS, of one read

@compute @workgroup_size(LANES)
fn main(
  @builtin(subgroup_invocation_id) lane: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  const ACROSS = (OUTPUTS + LANES * EACH_N - 1u) / (LANES * EACH_N);
  const STRIDE = OUTPUTS / 4u;
  let number = group.y * groups.x + group.x;
  let down = (row_splits.inputs + EACH_M - 1u) / EACH_M;
  let split = number / (ACROSS * down);
  if (split >= row_splits.splits) {
    return;
  }
  let tile = number % (ACROSS * down);
  let first_m4 = tile / ACROSS * VECTORS;
  let left_m4 = row_splits.first_input / 4u + first_m4;
  // Lanes beyond the last column read the last one and store nothing.
  // unroll h in 0..EACH_N/4
  let n4_$h = tile % ACROSS * (LANES * EACH_N / 4u) + $h * LANES + lane;
  let from_$h = min(n4_$h, STRIDE - 1u);
  // end
  let begin = split_begin(split);
  let end = split_end(split);
  // What this lane reads for all; inputs beyond the last are read as the last and not stored.
  let lane_row = lane / VECTORS;
  let lane_m4 = min(left_m4 + lane % VECTORS, INPUTS / 4u - 1u);
  // unroll q in 0..EACH_M/4
  // unroll c in 0..4
  // unroll h in 0..EACH_N/4
  var sum_$q_$c_$h = vec4f();
  // end
  // end
  // end
  for (var row = begin; row < end; row += TURN) {
    // Rows beyond the last count as zeros times the last.
    // unroll p in 0..READS
    let row_$p = row + $p * ROWS + lane_row;
    let part_$p = select(vec4f(), vec4f(left4(min(row_$p, end - 1u), lane_m4)), row_$p < end);
    // unroll i in 0..ROWS
    // unroll h in 0..EACH_N/4
    let b_$p_$i_$h = vec4f(gradient[min(row + $p * ROWS + $i, end - 1u) * STRIDE + from_$h]);
    // end
    // end
    // end
    // unroll q in 0..EACH_M/4
    // unroll p in 0..READS
    // unroll i in 0..ROWS
    let a_$p_$i_$q = subgroupBroadcast(part_$p, $i * VECTORS + $q);
    // end
    // end
    // unroll c in 0..4
    // unroll h in 0..EACH_N/4
    // unroll p in 0..READS
    // unroll i in 0..ROWS
    sum_$q_$c_$h = fma(vec4f(a_$p_$i_$q[$c]), b_$p_$i_$h, sum_$q_$c_$h);
    // end
    // end
    // end
    // end
    // end
  }
  // unroll q in 0..EACH_M/4
  // unroll c in 0..4
  // unroll h in 0..EACH_N/4
  if (4u * (first_m4 + $q) < row_splits.inputs && n4_$h < STRIDE) {
    put_sum(split, (4u * (first_m4 + $q) + $c) * STRIDE + n4_$h, sum_$q_$c_$h);
  }
  // end
  // end
  // end

  // unroll only in 0..BIAS
  if (left_m4 == 0u) {
    // unroll h in 0..EACH_N/4
    if (n4_$h < STRIDE) {
      var total = vec4f();
      for (var row = begin; row < end; row++) {
        total += vec4f(gradient[row * STRIDE + n4_$h]);
      }
      put_bias(split, n4_$h, total);
    }
    // end
  }
  // end
}
