// Slices that are given, one after the other, laid out as slices.wgsl lays out its own.
struct Slices {
  columns: u32,
  stride: u32,
  points: u32,
  padded_points: u32,
}
@group(0) @binding(0) var<uniform> part: Slices;
// columns x points (Re, Im).
@group(0) @binding(1) var<storage, read> given: array<vec2f>;
@group(0) @binding(3) var<storage, read_write> slices: array<f32>;
@group(0) @binding(4) var<storage, read_write> energies: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let point = at / part.columns;
  if (point >= part.padded_points) {
    return;
  }
  let column = at % part.columns;
  var value = vec2f();
  if (point < part.points) {
    value = given[column * part.points + point];
  }
  slices[2u * point * part.stride + column] = value.x;
  slices[(2u * point + 1u) * part.stride + column] = value.y;
  energies[point * part.stride + column] = dot(value, value);
}
