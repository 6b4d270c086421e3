// The second pass: sums of splits in their order, four numbers an invocation; of the bias those of each image. Needs row_splits,
// finished, into-result.wgsl.
@group(0) @binding(3) var<uniform> row_splits: RowSplits;
@group(0) @binding(4) var<storage, read> splits: array<vec4f>; // as into-splits.wgsl leaves them

fn total_of(first: u32, stride: u32, count: u32) -> vec4f {
  var total = vec4f();
  var at = first;
  var left = count;
  for (; left >= 8u; left -= 8u) {
    // unroll i in 0..8
    let part_$i = splits[at + $i * stride];
    // end
    // unroll i in 0..8
    total += part_$i;
    // end
    at += 8u * stride;
  }
  for (; left > 0u; left--) {
    total += splits[at];
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
  let sums4 = row_splits.inputs * (OUTPUTS / 4u);
  if (at4 < sums4) {
    put_sum(0u, at4, total_of(at4, sums4, row_splits.splits));
  }
  // unroll only in 0..BIAS
  const STRIDE = OUTPUTS / 4u;
  let image = (at4 - sums4) / STRIDE;
  if (at4 >= sums4 && image < row_splits.splits / row_splits.image_splits) {
    let n4 = (at4 - sums4) % STRIDE;
    let first = row_splits.splits * sums4 + image * row_splits.image_splits * STRIDE + n4;
    put_bias(image, n4, total_of(first, STRIDE, row_splits.image_splits));
  }
  // end
}
