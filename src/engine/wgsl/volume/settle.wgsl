// Partial results of all parts joined in one order: least, largest, mean and number of the voxels. Empties the histogram.
@group(0) @binding(0) var<storage, read> partials: array<vec4f>; // PARTIALS
@group(0) @binding(1) var<storage, read_write> range: array<vec4f>; // 1
@group(0) @binding(2) var<storage, read_write> histogram: array<u32>; // 256
@group(0) @binding(3) var<uniform> all_parts: vec4u; // PARTIALS

var<workgroup> partial: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(local_invocation_index) thread: u32) {
  histogram[thread] = 0u;
  var found = NOTHING;
  for (var i = thread; i < all_parts.x; i += 256u) {
    found = joined(found, partials[i]);
  }
  partial[thread] = found;
  for (var width = 128u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (thread < width) {
      partial[thread] = joined(partial[thread], partial[thread + width]);
    }
  }
  if (thread == 0u) {
    let all = partial[0];
    range[0] = vec4f(all.xy, all.z / max(1.0, all.w), all.w);
  }
}
