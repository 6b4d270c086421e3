// sums[m][n] = sum over a split's rows of left[row][m] · gradient[row][n] by the subgroup-matrix unit M × N × K: TILE_M × TILE_N
// sums a workgroup, DEPTH rows at a time in workgroup memory as they lie, of which the unit reads the left ones by columns.
// DOWN × ACROSS subgroups of SUBGROUP invocations hold DOWN_EACH × ACROSS_EACH results of the unit each. While they multiply,
// the next rows are on their way to registers. Rows in workgroup memory are PAD longer, for the banks. Sums leave as a split's,
// straight from the unit: widths are multiples of 16, so that each of its results lies in the matrix or beyond it. Bindings 0
// and 1: encoding/left-*.wgsl.
@group(0) @binding(2) var<storage, read> gradient: array<vec4<scalar>>; // rows × OUTPUTS
@group(0) @binding(3) var<uniform> row_splits: RowSplits;

const THREADS: u32 = DOWN * ACROSS * SUBGROUP;
const LEFT_QUADS: u32 = TILE_M / 4u;
const QUADS: u32 = TILE_N / 4u; // divides THREADS: each invocation fetches always the same columns of gradient
const LEFT_STRIDE: u32 = TILE_M + PAD;
const STRIDE: u32 = TILE_N + PAD;

var<workgroup> lefts: array<scalar, DEPTH * LEFT_STRIDE>;
var<workgroup> gradients: array<scalar, DEPTH * STRIDE>;
// unroll only in 0..BIAS
var<workgroup> biases: array<vec4f, THREADS>;
// end

fn fetch_left(number: u32, row: u32, end: u32, first_m4: u32) -> vec4<scalar> {
  let here = row + number / LEFT_QUADS;
  let m4 = first_m4 + number % LEFT_QUADS;
  if (here < end && m4 < row_splits.inputs / 4u) {
    return left4(here, row_splits.first_input / 4u + m4);
  }
  return vec4<scalar>();
}

fn fetch_gradient(number: u32, row: u32, end: u32, first_n4: u32) -> vec4<scalar> {
  let here = row + number / QUADS;
  let n4 = first_n4 + number % QUADS;
  if (here < end && n4 < OUTPUTS / 4u) {
    return gradient[here * (OUTPUTS / 4u) + n4];
  }
  return vec4<scalar>();
}

fn keep_left(number: u32, four: vec4<scalar>) {
  let at = number / LEFT_QUADS * LEFT_STRIDE + number % LEFT_QUADS * 4u;
  lefts[at] = four.x;
  lefts[at + 1u] = four.y;
  lefts[at + 2u] = four.z;
  lefts[at + 3u] = four.w;
}

fn keep_gradient(number: u32, four: vec4<scalar>) {
  let at = number / QUADS * STRIDE + number % QUADS * 4u;
  gradients[at] = four.x;
  gradients[at + 1u] = four.y;
  gradients[at + 2u] = four.z;
  gradients[at + 3u] = four.w;
}

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  const TILES_ACROSS = (OUTPUTS + TILE_N - 1u) / TILE_N;
  let number = group.y * groups.x + group.x;
  let tiles = TILES_ACROSS * ((row_splits.inputs + TILE_M - 1u) / TILE_M);
  let split = number / tiles;
  if (split >= row_splits.splits) {
    return;
  }
  let tile = number % tiles;
  let first_m4 = tile / TILES_ACROSS * LEFT_QUADS; // within the range of inputs
  let first_n4 = tile % TILES_ACROSS * QUADS;
  let begin = split_begin(split);
  let end = split_end(split);
  let subgroup = thread / SUBGROUP;
  let down = subgroup / ACROSS * (DOWN_EACH * M);
  let across = subgroup % ACROSS * (ACROSS_EACH * N);
  // unroll only in 0..BIAS
  var bias_sum = vec4f();
  // end
  // unroll i in 0..DOWN_EACH
  // unroll j in 0..ACROSS_EACH
  var sum_$i_$j: subgroup_matrix_result<f32, N, M>;
  // end
  // end
  // unroll l in 0..LEFTS_EACH
  var left_$l = fetch_left(thread + $l * THREADS, begin, end, first_m4);
  // end
  // unroll l in 0..GRADIENTS_EACH
  var gradient_$l = fetch_gradient(thread + $l * THREADS, begin, end, first_n4);
  // end
  for (var row = begin; row < end; row += DEPTH) {
    // unroll l in 0..LEFTS_EACH
    keep_left(thread + $l * THREADS, left_$l);
    // end
    // unroll l in 0..GRADIENTS_EACH
    keep_gradient(thread + $l * THREADS, gradient_$l);
    // unroll only in 0..BIAS
    bias_sum += vec4f(gradient_$l);
    // end
    // end
    workgroupBarrier();
    // unroll l in 0..LEFTS_EACH
    left_$l = fetch_left(thread + $l * THREADS, row + DEPTH, end, first_m4);
    // end
    // unroll l in 0..GRADIENTS_EACH
    gradient_$l = fetch_gradient(thread + $l * THREADS, row + DEPTH, end, first_n4);
    // end
    // unroll s in 0..DEPTH/K
    {
      // unroll j in 0..ACROSS_EACH
      let b_$j = subgroupMatrixLoad<subgroup_matrix_right<scalar, N, K>, row_major>(&gradients, $s * K * STRIDE + across + $j * N, STRIDE);
      // end
      // unroll i in 0..DOWN_EACH
      let a_$i = subgroupMatrixLoad<subgroup_matrix_left<scalar, K, M>, col_major>(&lefts, $s * K * LEFT_STRIDE + down + $i * M, LEFT_STRIDE);
      // unroll j in 0..ACROSS_EACH
      sum_$i_$j = subgroupMatrixMultiplyAccumulate(a_$i, b_$j, sum_$i_$j);
      // end
      // end
    }
    // end
    workgroupBarrier();
  }
  let first_m = 4u * first_m4 + down;
  let first_n = 4u * first_n4 + across;
  // unroll i in 0..DOWN_EACH
  // unroll j in 0..ACROSS_EACH
  if (first_m + $i * M < row_splits.inputs && first_n + $j * N < OUTPUTS) {
    let at = (split * row_splits.inputs + first_m + $i * M) * OUTPUTS + first_n + $j * N;
    subgroupMatrixStore<row_major>(&splits, at, sum_$i_$j, OUTPUTS);
  }
  // end
  // end

  // unroll only in 0..BIAS
  if (first_m4 == 0u) {
    biases[thread] = bias_sum;
    workgroupBarrier();
    if (thread < QUADS && first_n4 + thread < OUTPUTS / 4u) {
      var total = vec4f();
      for (var other = thread; other < THREADS; other += QUADS) {
        total += biases[other];
      }
      put_bias(split, first_n4 + thread, total);
    }
  }
  // end
}
