// The same sums without workgroup memory, for adapters in software: EACH_M × EACH_N sums an invocation; the invocations of a
// workgroup lie side by side along the outputs, so that all of them read the same left values.
@group(0) @binding(2) var<storage, read> gradient: array<vec4<scalar>>; // rows × OUTPUTS
@group(0) @binding(3) var<uniform> row_splits: RowSplits;

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  const ACROSS = (OUTPUTS + THREADS * EACH_N - 1u) / (THREADS * EACH_N);
  const STRIDE = OUTPUTS / 4u;
  let number = group.y * groups.x + group.x;
  let down = (row_splits.inputs + EACH_M - 1u) / EACH_M;
  let split = number / (ACROSS * down);
  let tile = number % (ACROSS * down);
  let first_m4 = tile / ACROSS * (EACH_M / 4u);
  let first_n4 = (tile % ACROSS * THREADS + thread) * (EACH_N / 4u);
  if (split >= row_splits.splits || first_n4 >= STRIDE) {
    return;
  }
  let begin = split_begin(split);
  let end = split_end(split);
  let left_m4 = row_splits.first_input / 4u + first_m4;
  // unroll q in 0..EACH_M/4
  // unroll c in 0..4
  // unroll h in 0..EACH_N/4
  var sum_$q_$c_$h = vec4f();
  // end
  // end
  // end
  for (var row = begin; row < end; row++) {
    // unroll q in 0..EACH_M/4
    let a_$q = vec4f(left4(row, left_m4 + $q));
    // end
    // unroll h in 0..EACH_N/4
    let b_$h = vec4f(gradient[row * STRIDE + first_n4 + $h]);
    // end
    // unroll q in 0..EACH_M/4
    // unroll c in 0..4
    // unroll h in 0..EACH_N/4
    sum_$q_$c_$h = fma(vec4f(a_$q[$c]), b_$h, sum_$q_$c_$h);
    // end
    // end
    // end
  }
  // unroll q in 0..EACH_M/4
  // unroll c in 0..4
  // unroll h in 0..EACH_N/4
  if (4u * (first_m4 + $q) < row_splits.inputs && first_n4 + $h < STRIDE) {
    put_sum(split, (4u * (first_m4 + $q) + $c) * STRIDE + first_n4 + $h, sum_$q_$c_$h);
  }
  // end
  // end
  // end

  // unroll only in 0..BIAS
  if (left_m4 == 0u) {
    // unroll h in 0..EACH_N/4
    if (first_n4 + $h < STRIDE) {
      var total = vec4f();
      for (var row = begin; row < end; row++) {
        total += vec4f(gradient[row * STRIDE + first_n4 + $h]);
      }
      put_bias(split, first_n4 + $h, total);
    }
    // end
  }
  // end
}
