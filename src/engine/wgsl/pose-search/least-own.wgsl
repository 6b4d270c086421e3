// The least error of each image's own slices over the offsets, the first of equals.
struct Least {
  rows: u32,
  offsets: u32,
  first_offset: u32,
  stride: u32,
  // Where results go.
  first: u32,
}
@group(0) @binding(0) var<uniform> part: Least;
// rows x stride.
@group(0) @binding(1) var<storage, read> crosses: array<f32>;
// rows x 64 parts.
@group(0) @binding(2) var<storage, read> norms: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> errors: array<f32>;
@group(0) @binding(4) var<storage, read_write> translations: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = (group.y * groups.x + group.x) * 64u + lane;
  if (row >= part.rows) {
    return;
  }
  var parts = vec4f();
  for (var i = 0u; i < 16u; i++) {
    parts += norms[16u * row + i];
  }
  let norm = dot(parts, vec4f(1.0));
  var least = norm - 2.0 * crosses[row * part.stride];
  var which = 0u;
  for (var t = 1u; t < part.offsets; t++) {
    let error = norm - 2.0 * crosses[row * part.stride + t];
    which = select(which, t, error < least);
    least = min(error, least);
  }
  let to = part.first + row;
  if (part.first_offset > 0u && errors[to] <= least) {
    return;
  }
  errors[to] = least;
  translations[to] = part.first_offset + which;
}
