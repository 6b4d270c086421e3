// Joins the sums of an image: each of `into` invocations takes every into-th. Twice, with 64 and with one, makes one of all.
// Needs sums.wgsl.
struct Part {
  images: u32,
  count: u32,
  into: u32,
  // Where results go: the first image's number.
  first_image: u32,
  inverse_variance: f32,
}
@group(0) @binding(0) var<uniform> part: Part;
// images x count.
@group(0) @binding(1) var<storage, read> sums: array<Sums>;
// images x into.
@group(0) @binding(2) var<storage, read_write> joined: array<Sums>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let image = at / part.into;
  if (image >= part.images) {
    return;
  }
  var all = Sums();
  for (var i = at % part.into; i < part.count; i += part.into) {
    let one = sums[image * part.count + i];
    // Invocations beyond the last sum leave zeros.
    if (one.total == 0.0) {
      continue;
    }
    if (all.total == 0.0) {
      all = one;
      continue;
    }
    let above = one.least - all.least;
    let weight = exp(-abs(above) * part.inverse_variance);
    // Equal errors: the first slice.
    var near = all;
    var far = one;
    if (above < 0.0 || (above == 0.0 && one.column < all.column)) {
      near = one;
      far = all;
    }
    all = near;
    all.excess = near.excess + weight * (far.excess + abs(above) * far.total);
    all.total = fma(weight, far.total, near.total);
    all.squares = fma(weight * weight, far.squares, near.squares);
  }
  joined[part.first_image * part.into + at] = all;
}
