// The offsets' waves as the right factor of a product with matched.wgsl's rows: for each point a row cos and a row -sin of
// 2 pi k.t/D, a column an offset; columns and points beyond the last repeat it. Needs turned.wgsl.
struct Waves {
  offsets: u32,
  first_offset: u32,
  stride: u32,
  points: u32,
  padded_points: u32,
}
@group(0) @binding(0) var<uniform> part: Waves;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
@group(0) @binding(2) var<storage, read> shifts: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> waves: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let point = at / part.stride;
  if (point >= part.padded_points) {
    return;
  }
  let column = at % part.stride;
  let offset = part.first_offset + min(column, part.offsets - 1u);
  let wave = turned(positions[min(point, part.points - 1u)], shifts[offset]);
  waves[2u * point * part.stride + column] = wave.y;
  waves[(2u * point + 1u) * part.stride + column] = -wave.x;
}
