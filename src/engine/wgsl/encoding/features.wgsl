// The features of each row's point, stored: where the first product's columns take many tiles, computing them once is
// cheaper than in every tile. One invocation makes four features. Needs left-encoding.wgsl.
struct Extent {
  rows: u32,
}
// rows × INPUTS.
@group(0) @binding(2) var<storage, read_write> features: array<vec4<scalar>>;
@group(0) @binding(3) var<uniform> extent: Extent;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let row = at / (INPUTS / 4u);
  if (row >= extent.rows) {
    return;
  }
  features[at] = left4(row, at % (INPUTS / 4u));
}
