// Sums of differences from the mean and of their squares, a partial result a workgroup, and 256 counts between the extremes.
@group(0) @binding(0) var<storage, read> voxels: array<u32>; // COUNT: bits of float32
@group(0) @binding(1) var<storage, read> range: array<vec4f>; // least, largest, mean, number
@group(0) @binding(2) var<storage, read_write> partials: array<vec2f>; // this part's GROUPS from FIRST_PARTIAL on
@group(0) @binding(3) var<storage, read_write> histogram: array<atomic<u32>>; // 256
@group(0) @binding(4) var<uniform> part: vec4u; // COUNT voxels, GROUPS, FIRST_PARTIAL

var<workgroup> partial: array<vec2f, 256>;
var<workgroup> counts: array<atomic<u32>, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let all = range[0];
  let width_of_all = all.y - all.x;
  let bins_a_unit = select(0.0, 256.0 / width_of_all, width_of_all > 0.0);
  var sum = vec2f();
  for (var i = group.x * 256u + thread; i < part.x; i += part.y * 256u) {
    let bits = voxels[i];
    if ((bits & 0x7f800000u) != 0x7f800000u) {
      let value = bitcast<f32>(bits);
      let difference = value - all.z;
      sum += vec2f(difference, difference * difference);
      atomicAdd(&counts[min(255u, u32((value - all.x) * bins_a_unit))], 1u);
    }
  }
  partial[thread] = sum;
  for (var width = 128u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (thread < width) {
      partial[thread] += partial[thread + width];
    }
  }
  if (thread == 0u) {
    partials[part.z + group.x] = partial[0];
  }
  let count = atomicLoad(&counts[thread]);
  if (count > 0u) {
    atomicAdd(&histogram[thread], count);
  }
}
