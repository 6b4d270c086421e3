@compute @workgroup_size(COLUMNS)
fn main(@builtin(global_invocation_id) at: vec3u) {
  if (at.x < SIZE + 3u) {
    put(at.x, sum_of(at.x, 0u));
  }
}
