// The second pass: sums of slices in their order, four numbers an invocation. Needs slicing, finished, into-result.wgsl.
@group(0) @binding(3) var<uniform> slicing: Slicing;
@group(0) @binding(4) var<storage, read> slices: array<vec4f>; // as into-slices.wgsl leaves them

fn total_of(first: u32, stride: u32) -> vec4f {
  var total = vec4f();
  var at = first;
  var left = slicing.slices;
  for (; left >= 8u; left -= 8u) {
    // unroll i in 0..8
    let part_$i = slices[at + $i * stride];
    // end
    // unroll i in 0..8
    total += part_$i;
    // end
    at += 8u * stride;
  }
  for (; left > 0u; left--) {
    total += slices[at];
    at += stride;
  }
  return total;
}

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let at4 = (group.y * groups.x + group.x) * 64u + thread;
  let sums4 = slicing.inputs * (OUTPUTS / 4u);
  if (at4 < sums4) {
    put_sum(0u, at4, total_of(at4, sums4));
  }
  // unroll only in 0..BIAS
  if (at4 >= sums4 && at4 < sums4 + OUTPUTS / 4u) {
    put_bias(0u, at4 - sums4, total_of(slicing.slices * sums4 + at4 - sums4, OUTPUTS / 4u));
  }
  // end
}
