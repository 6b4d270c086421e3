// Least, largest, sum and number of a part of a map's finite voxels, a partial result a workgroup. Voxels that are not finite are
// told by their bits and left out.
@group(0) @binding(0) var<storage, read> voxels: array<u32>; // COUNT: bits of float32
@group(0) @binding(1) var<storage, read_write> partials: array<vec4f>; // this part's GROUPS from FIRST_PARTIAL on
@group(0) @binding(2) var<uniform> part: vec4u; // COUNT voxels, GROUPS, FIRST_PARTIAL

var<workgroup> partial: array<vec4f, 256>;

@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var found = NOTHING;
  for (var i = group.x * 256u + thread; i < part.x; i += part.y * 256u) {
    let bits = voxels[i];
    if ((bits & 0x7f800000u) != 0x7f800000u) {
      let value = bitcast<f32>(bits);
      found = joined(found, vec4f(value, value, value, 1.0));
    }
  }
  partial[thread] = found;
  for (var width = 128u; width > 0u; width /= 2u) {
    workgroupBarrier();
    if (thread < width) {
      partial[thread] = joined(partial[thread], partial[thread + width]);
    }
  }
  if (thread == 0u) {
    partials[part.z + group.x] = partial[0];
  }
}
