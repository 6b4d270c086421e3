// Images moved by every translation: a row c.y_t for each image and translation, images outermost. Rows up to a multiple of
// 16 and points beyond the last are zeros. An invocation a point of a row. Needs turned.wgsl.
struct Translated {
  images: u32,
  translations: u32,
  first_translation: u32,
  padded_rows: u32,
  points: u32,
  padded_points: u32,
  // Points an image has in memory.
  stride: u32,
}
@group(0) @binding(0) var<uniform> part: Translated;
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
// c.y (Re, Im), from the first image of this chunk on.
@group(0) @binding(2) var<storage, read> images: array<vec2f>;
// t/D as turned.wgsl wants it.
@group(0) @binding(3) var<storage, read> shifts: array<vec4f>;
@group(0) @binding(4) var<storage, read_write> rows: array<vec2f>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let row = at / part.padded_points;
  if (row >= part.padded_rows) {
    return;
  }
  let point = at % part.padded_points;
  let image = row / part.translations;
  var moved = vec2f();
  if (point < part.points && image < part.images) {
    let value = images[image * part.stride + point];
    let wave = turned(positions[point], shifts[part.first_translation + row % part.translations]);
    moved = vec2f(value.x * wave.y + value.y * wave.x, value.y * wave.y - value.x * wave.x);
  }
  rows[at] = moved;
}
