// Adds what the invocations of products.wgsl leave of an image, in their order. An invocation a sum of an image.
struct Part {
  images: u32,
  first_image: u32,
  lanes: u32,
  sums: u32,
  // Of a row of products: its length, and where the sums begin.
  width: u32,
  offset: u32,
}
@group(0) @binding(0) var<uniform> part: Part;
// images x lanes x sums.
@group(0) @binding(1) var<storage, read> partials: array<f32>;
// All images x width.
@group(0) @binding(2) var<storage, read_write> products: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let number = at / part.sums;
  if (number >= part.images) {
    return;
  }
  let which = at % part.sums;
  var total = 0.0;
  for (var i = 0u; i < part.lanes; i++) {
    total += partials[(number * part.lanes + i) * part.sums + which];
  }
  products[(part.first_image + number) * part.width + part.offset + which] = total;
}
