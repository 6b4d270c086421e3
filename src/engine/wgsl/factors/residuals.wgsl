// Mean over each ring's points of |y - sum k_a u_a|^2. An invocation a ring of an image; a ring without points is 0.
struct Part {
  images: u32,
  first_image: u32,
  points: u32,
  rings: u32,
  factors: u32,
}
@group(0) @binding(0) var<uniform> part: Part;
// images x factors x n.
@group(0) @binding(1) var<storage, read> slices: array<vec2f>;
// Of all images, x n.
@group(0) @binding(2) var<storage, read> values: array<vec2f>;
// Of all images, x factors.
@group(0) @binding(3) var<storage, read> coefficients: array<f32>;
// Points by their ring, and where each ring's begin.
@group(0) @binding(4) var<storage, read> ring_points: array<u32>;
@group(0) @binding(5) var<storage, read> ring_starts: array<u32>;
// All images x rings.
@group(0) @binding(6) var<storage, read_write> residuals: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let number = at / part.rings;
  if (number >= part.images) {
    return;
  }
  let ring = at % part.rings;
  let image = part.first_image + number;
  let first = ring_starts[ring];
  let end = ring_starts[ring + 1u];
  var total = 0.0;
  for (var i = first; i < end; i++) {
    let point = ring_points[i];
    var left = values[image * part.points + point];
    for (var a = 0u; a < part.factors; a++) {
      left -= coefficients[image * part.factors + a] * slices[(number * part.factors + a) * part.points + point];
    }
    total += dot(left, left);
  }
  residuals[image * part.rings + ring] = select(0.0, total / f32(end - first), end > first);
}
