// Sums of rows by image, cut into splits: sums[image · splits + split][n], four columns an invocation. Rows of the chunk are
// first_row … of the batch; the sums of splits are rows of the next pass, until one split is left.
struct Rows {
  rows: u32,
  first_row: u32,
  rows_per_image: u32,
  first_image: u32,
  images: u32,
  splits: u32,
  split_rows: u32,
  into_image: u32, // where the first image's sums are written
}
// rows × OUTPUTS. Later passes read and write parts of one buffer, which WebGPU allows where both bindings may write.
// unroll only in LATER..1
@group(0) @binding(2) var<storage, read> values: array<vec4<scalar>>;
// end
// unroll only in 0..LATER
@group(0) @binding(2) var<storage, read_write> values: array<vec4<scalar>>;
// end
@group(0) @binding(3) var<uniform> cut: Rows;
// unroll only in LAST..1
@group(0) @binding(4) var<storage, read_write> sums: array<vec4f>; // images × splits × OUTPUTS
// end
// unroll only in 0..LAST
@group(0) @binding(5) var<storage, read_write> into: array<vec4f>; // images of the batch × OUTPUTS
// end

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  const STRIDE = OUTPUTS / 4u;
  let number = (group.y * groups.x + group.x) * 64u + thread;
  let column4 = number % STRIDE;
  let split = number / STRIDE % cut.splits;
  let image = number / STRIDE / cut.splits;
  if (image >= cut.images) {
    return;
  }
  let image_begin = (cut.first_image + image) * cut.rows_per_image;
  let begin = max(image_begin, cut.first_row) - cut.first_row + split * cut.split_rows;
  let end = min(min(cut.rows, image_begin + cut.rows_per_image - cut.first_row), begin + cut.split_rows);
  var total = vec4f();
  var row = begin;
  for (; row + 8u <= end; row += 8u) {
    // unroll i in 0..8
    let value_$i = values[(row + $i) * STRIDE + column4];
    // end
    // unroll i in 0..8
    total += vec4f(value_$i);
    // end
  }
  for (; row < end; row++) {
    total += vec4f(values[row * STRIDE + column4]);
  }
  // unroll only in LAST..1
  sums[number] = total;
  // end
  // unroll only in 0..LAST
  let at = (cut.into_image + image) * STRIDE + column4;
  var result = finished(total);
  // unroll only in 0..ACCUMULATE
  result += into[at];
  // end
  into[at] = result;
  // end
}
