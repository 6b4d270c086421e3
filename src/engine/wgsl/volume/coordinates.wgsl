// Coordinates at which the field is asked: (x, y, z, 1) by point, cycles per pixel of the model's box. Done once a box.
@group(0) @binding(0) var<storage, read> rows: array<i32>; // (2 RADIUS + 1)^2, [z][y]
@group(0) @binding(1) var<storage, read> axis: array<f32>; // 2 RADIUS + 1: k / model's box
@group(0) @binding(2) var<storage, read_write> coordinates: array<vec4f>; // points from FIRST_POINT on
@group(0) @binding(3) var<uniform> part: vec4u; // first plane, planes, FIRST_POINT

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let side = 2u * u32(RADIUS) + 1u;
  let at = (group.y * groups.x + group.x) * 64u + thread;
  let plane = at / (side * side);
  let k = vec3i(i32(at % side), i32(at / side % side), i32(part.x + plane)) - RADIUS;
  if (plane >= part.y || !inside(k) || (HALF && !in_half(k))) {
    return;
  }
  let point = u32(rows[row_of(k)] + k.x);
  let place = vec3u(k + RADIUS);
  coordinates[point - part.z] = vec4f(axis[place.x], axis[place.y], axis[place.z], 1.0);
}
