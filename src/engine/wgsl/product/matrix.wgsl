// A product by the subgroup-matrix unit M × N × K: a workgroup makes TILE_ROWS × TILE_COLUMNS of the result, DEPTH inputs at a
// time in workgroup memory; its DOWN × ACROSS subgroups of SUBGROUP invocations hold DOWN_EACH × ACROSS_EACH results of the
// unit each. While they multiply, the next inputs are on their way to registers. At the end each result goes through
// workgroup memory to the invocations, which do the epilogue. Rows in workgroup memory are PAD longer, for the banks.
// INPUTS × OUTPUTS.
@group(0) @binding(2) var<storage, read> right: array<vec4<scalar>>;

const THREADS: u32 = DOWN * ACROSS * SUBGROUP;
const PAD: u32 = 8u;
const DEPTH4: u32 = DEPTH / 4u;
const COLUMNS4: u32 = TILE_COLUMNS / 4u;
const LEFT_STRIDE: u32 = DEPTH + PAD;
const RIGHT_STRIDE: u32 = TILE_COLUMNS + PAD;

var<workgroup> lefts: array<scalar, TILE_ROWS * LEFT_STRIDE>;
var<workgroup> rights: array<scalar, DEPTH * RIGHT_STRIDE>;
// One result of the unit for each subgroup.
var<workgroup> results: array<f32, DOWN * ACROSS * M * N>;

fn load_right(number: u32, first_column4: u32, first_k: u32) -> vec4<scalar> {
  let column4 = min(first_column4 + number % COLUMNS4, OUTPUTS / 4u - 1u);
  return right[(first_k + number / COLUMNS4) * (OUTPUTS / 4u) + column4];
}

fn store_left(number: u32, four: vec4<scalar>) {
  let at = number / DEPTH4 * LEFT_STRIDE + 4u * (number % DEPTH4);
  lefts[at] = four.x;
  lefts[at + 1u] = four.y;
  lefts[at + 2u] = four.z;
  lefts[at + 3u] = four.w;
}

fn store_right(number: u32, four: vec4<scalar>) {
  let at = number / COLUMNS4 * RIGHT_STRIDE + 4u * (number % COLUMNS4);
  rights[at] = four.x;
  rights[at + 1u] = four.y;
  rights[at + 2u] = four.z;
  rights[at + 3u] = four.w;
}

// M × N numbers of a subgroup's result, shared out among its invocations.
fn finish_result(subgroup: u32, lane: u32, row: u32, column4: u32) {
  for (var number = lane; number < M * N / 4u; number += SUBGROUP) {
    let at = subgroup * M * N + 4u * number;
    let here = column4 + number % (N / 4u);
    if (here < OUTPUTS / 4u) {
      finish(row + number / (N / 4u), here, vec4f(results[at], results[at + 1u], results[at + 2u], results[at + 3u]));
    }
  }
}

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = group.y * groups.x + group.x;
  let first_row = index / COLUMN_TILES * TILE_ROWS;
  let first_column4 = index % COLUMN_TILES * COLUMNS4;
  if (first_row >= chunk.rows) {
    return;
  }
  let subgroup = thread / SUBGROUP;
  let down = subgroup / ACROSS * (DOWN_EACH * M);
  let across = subgroup % ACROSS * (ACROSS_EACH * N);
  // unroll i in 0..DOWN_EACH
  // unroll j in 0..ACROSS_EACH
  var sum_$i_$j: subgroup_matrix_result<f32, N, M>;
  // end
  // end
  // unroll n in 0..LEFTS_EACH
  var left_$n = left4(first_row + (thread + $n * THREADS) / DEPTH4, (thread + $n * THREADS) % DEPTH4);
  // end
  // unroll n in 0..RIGHTS_EACH
  var right_$n = load_right(thread + $n * THREADS, first_column4, 0u);
  // end
  for (var k = 0u; k < INPUTS; k += DEPTH) {
    // unroll n in 0..LEFTS_EACH
    store_left(thread + $n * THREADS, left_$n);
    // end
    // unroll n in 0..RIGHTS_EACH
    store_right(thread + $n * THREADS, right_$n);
    // end
    workgroupBarrier();
    if (k + DEPTH < INPUTS) {
      // unroll n in 0..LEFTS_EACH
      left_$n = left4(first_row + (thread + $n * THREADS) / DEPTH4, (k + DEPTH) / 4u + (thread + $n * THREADS) % DEPTH4);
      // end
      // unroll n in 0..RIGHTS_EACH
      right_$n = load_right(thread + $n * THREADS, first_column4, k + DEPTH);
      // end
    }
    // unroll s in 0..DEPTH/K
    {
      // unroll j in 0..ACROSS_EACH
      let b_$j = subgroupMatrixLoad<subgroup_matrix_right<scalar, N, K>>(&rights, $s * K * RIGHT_STRIDE + across + $j * N, false, RIGHT_STRIDE);
      // end
      // unroll i in 0..DOWN_EACH
      let a_$i = subgroupMatrixLoad<subgroup_matrix_left<scalar, K, M>>(&lefts, (down + $i * M) * LEFT_STRIDE + $s * K, false, LEFT_STRIDE);
      // unroll j in 0..ACROSS_EACH
      sum_$i_$j = subgroupMatrixMultiplyAccumulate(a_$i, b_$j, sum_$i_$j);
      // end
      // end
    }
    // end
    workgroupBarrier();
  }
  // unroll i in 0..DOWN_EACH
  // unroll j in 0..ACROSS_EACH
  subgroupMatrixStore(&results, subgroup * M * N, sum_$i_$j, false, N);
  workgroupBarrier();
  finish_result(subgroup, thread % SUBGROUP, first_row + down + $i * M, first_column4 + (across + $j * N) / 4u);
  workgroupBarrier();
  // end
  // end
}
