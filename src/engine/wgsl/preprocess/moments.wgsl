// Sum and sum of squares of an image's values at all points of the symmetrised lattice; a workgroup an image. Added pairwise in
// one order, so the bits are always the same.
@group(0) @binding(3) var<storage, read_write> sums: array<vec2f>; // images: sum, squares

var<workgroup> partial: array<vec2f, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  var sum = vec2f();
  for (var point = thread; point < POINTS; point += THREADS) {
    let value = bitcast<f32>(batch.y) * hartley_value(group.x, point);
    sum += vec2f(value, value * value);
  }
  partial[thread] = sum;
  for (var width = THREADS / 2; width > 0; width /= 2) {
    workgroupBarrier();
    if (thread < width) {
      partial[thread] += partial[thread + width];
    }
  }
  if (thread == 0) {
    sums[group.x] = partial[0];
  }
}
