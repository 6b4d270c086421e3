// An image's own slices, matched to it: Z = conj(c.y) S exp(2 pi i k.centre/D), a row for each, so that the sum of
// Re(Z exp(2 pi i k.t/D)) over the points is the cross term at offset t, a product with waves.wgsl's matrix; and the sum of
// c^2 |S|^2 in 64 parts. A workgroup a row, its invocations take points in turns and never wait for each other. Needs
// turned.wgsl, and own-volume.wgsl or own-given.wgsl for slice_value.
struct Matched {
  rows: u32,
  // The first row's number among all, and the number of the first image that is bound.
  first_row: u32,
  per_image: u32,
  first_image: u32,
  points: u32,
  padded_points: u32,
  stride: u32,
  volume: u32,
  side: u32,
  reach: f32,
  oversampling: f32,
}
@group(0) @binding(0) var<uniform> part: Matched;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
// c.y and c^2.
@group(0) @binding(2) var<storage, read> images: array<vec2f>;
@group(0) @binding(3) var<storage, read> powers: array<f32>;
// Three for each row: the image of (1, 0) and the volume's number, the image of (0, 1), the centre/D.
@group(0) @binding(4) var<storage, read> poses: array<vec4f>;
@group(0) @binding(6) var<storage, read_write> matched: array<vec2f>;
// rows x 64.
@group(0) @binding(7) var<storage, read_write> norms: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let row = group.y * groups.x + group.x;
  if (row >= part.rows) {
    return;
  }
  let across = poses[3u * row];
  if (u32(across.w) != part.volume) {
    return;
  }
  let down = poses[3u * row + 1u];
  let centre = poses[3u * row + 2u];
  let image = ((part.first_row + row) / part.per_image - part.first_image) * part.stride;
  var norm = 0.0;
  for (var point = lane; point < part.padded_points; point += 64u) {
    var value = vec2f();
    if (point < part.points) {
      let position = positions[point];
      let slice = slice_value(row, point, position.x * across.xyz + position.y * down.xyz);
      let y = images[image + point];
      let wave = turned(position, centre);
      let pair = vec2f(dot(y, slice), y.x * slice.y - y.y * slice.x);
      value = vec2f(pair.x * wave.y - pair.y * wave.x, pair.x * wave.x + pair.y * wave.y);
      norm = fma(powers[image + point], dot(slice, slice), norm);
    }
    matched[row * part.padded_points + point] = value;
  }
  norms[row * 64u + lane] = norm;
}
