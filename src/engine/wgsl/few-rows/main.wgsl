@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let number = group.y * groups.x + group.x;
  if (number < sizes.product_groups) {
    product(number, thread);
  }
  // unroll only in 0..WITH_WEIGHTS
  if (number >= sizes.product_groups) {
    sum_weights((number - sizes.product_groups) * THREADS + thread);
  }
  // end
}
