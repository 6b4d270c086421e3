// Adds the splits of a split product in their order, then the epilogue: one invocation for four columns of a row.
// splits × rows × OUTPUTS.
@group(0) @binding(2) var<storage, read> partials: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let size = chunk.rows * (OUTPUTS / 4u);
  if (at >= size) {
    return;
  }
  var sum = vec4f();
  for (var split = 0u; split < chunk.splits; split++) {
    sum += partials[split * size + at];
  }
  finish(at / (OUTPUTS / 4u), at % (OUTPUTS / 4u), sum);
}
