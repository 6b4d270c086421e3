// A product by the subgroup-matrix unit M × N × K: a workgroup makes TILE_ROWS × TILE_COLUMNS of the result, DEPTH inputs at a
// time in workgroup memory; its DOWN × ACROSS subgroups of SUBGROUP invocations hold DOWN_EACH × ROUNDS·STAGED results of the
// unit each. While they multiply, the next inputs are on their way to registers, and with BUFFERS = 2 from there to the other
// half of the memory, which saves a barrier. At the end results go through the same memory to the epilogue. Rows in workgroup
// memory are PAD longer, for the banks. Needs left4, matrix-finish and one of matrix-fours, matrix-numbers.
// INPUTS × OUTPUTS.
@group(0) @binding(2) var<storage, read> right: array<vec4<scalar>>;

const PAD: u32 = 8u;
const DEPTH4: u32 = DEPTH / 4u;
const LEFT_STRIDE4: u32 = (DEPTH + PAD) / 4u;
const RIGHT_STRIDE4: u32 = (TILE_COLUMNS + PAD) / 4u;
const RIGHTS4: u32 = TILE_ROWS * LEFT_STRIDE4;
const BUFFER4: u32 = RIGHTS4 + DEPTH * RIGHT_STRIDE4;

fn fetch_left(number: u32, first_row: u32, k: u32) -> vec4<scalar> {
  return left4(first_row + number / DEPTH4, k / 4u + number % DEPTH4);
}

fn fetch_right(number: u32, first_column4: u32, k: u32) -> vec4<scalar> {
  let column4 = min(first_column4 + number % COLUMNS4, OUTPUTS / 4u - 1u);
  return right[(k + number / COLUMNS4) * (OUTPUTS / 4u) + column4];
}

fn keep_left(buffer4: u32, number: u32, four: vec4<scalar>) {
  keep(buffer4 + number / DEPTH4 * LEFT_STRIDE4 + number % DEPTH4, four);
}

fn keep_right(buffer4: u32, number: u32, four: vec4<scalar>) {
  keep(buffer4 + RIGHTS4 + number / COLUMNS4 * RIGHT_STRIDE4 + number % COLUMNS4, four);
}

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
@compute @workgroup_size(THREADS)
// unroll one in 0..SIZED
@subgroup_size(SUBGROUP)
// end
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = group.y * groups.x + group.x;
  let first_row = index / COLUMN_TILES * TILE_ROWS;
  let first_column4 = index % COLUMN_TILES * COLUMNS4;
  if (first_row >= chunk.rows) {
    return;
  }
  let subgroup = thread / SUBGROUP;
  let down = subgroup / ACROSS * (DOWN_EACH * M);
  let across4 = subgroup % ACROSS * (ROUNDS * STAGED * N / 4u);
  // unroll i in 0..DOWN_EACH
  // unroll r in 0..ROUNDS
  // unroll q in 0..STAGED
  var sum_$i_$r_$q: Result;
  // end
  // end
  // end
  // unroll n in 0..LEFTS_EACH
  var left_$n = fetch_left(thread + $n * THREADS, first_row, 0u);
  // end
  // unroll n in 0..RIGHTS_EACH
  var right_$n = fetch_right(thread + $n * THREADS, first_column4, 0u);
  // end
  // unroll n in 0..LEFTS_EACH
  keep_left(0u, thread + $n * THREADS, left_$n);
  // end
  // unroll n in 0..RIGHTS_EACH
  keep_right(0u, thread + $n * THREADS, right_$n);
  // end
  workgroupBarrier();
  for (var k = 0u; k < INPUTS; k += DEPTH) {
    let here4 = k / DEPTH % BUFFERS * BUFFER4;
    if (k + DEPTH < INPUTS) {
      // unroll n in 0..LEFTS_EACH
      left_$n = fetch_left(thread + $n * THREADS, first_row, k + DEPTH);
      // end
      // unroll n in 0..RIGHTS_EACH
      right_$n = fetch_right(thread + $n * THREADS, first_column4, k + DEPTH);
      // end
    }
    // unroll s in 0..DEPTH/K
    {
      let rights4 = here4 + RIGHTS4 + $s * K * RIGHT_STRIDE4 + across4;
      // unroll r in 0..ROUNDS
      // unroll q in 0..STAGED
      let b_$r_$q = subgroupMatrixLoad<Right, row_major>(&memory, PER_FOUR * (rights4 + ($r * STAGED + $q) * N / 4u), PER_FOUR * RIGHT_STRIDE4);
      // end
      // end
      // unroll i in 0..DOWN_EACH
      let a_$i = subgroupMatrixLoad<Left, row_major>(&memory, PER_FOUR * (here4 + (down + $i * M) * LEFT_STRIDE4 + $s * K / 4u), PER_FOUR * LEFT_STRIDE4);
      // unroll r in 0..ROUNDS
      // unroll q in 0..STAGED
      sum_$i_$r_$q = subgroupMatrixMultiplyAccumulate(a_$i, b_$r_$q, sum_$i_$r_$q);
      // end
      // end
      // end
    }
    // end
    // unroll one in BUFFERS..2
    workgroupBarrier();
    // end
    if (k + DEPTH < INPUTS) {
      let next4 = (k / DEPTH + 1u) % BUFFERS * BUFFER4;
      // unroll n in 0..LEFTS_EACH
      keep_left(next4, thread + $n * THREADS, left_$n);
      // end
      // unroll n in 0..RIGHTS_EACH
      keep_right(next4, thread + $n * THREADS, right_$n);
      // end
    }
    workgroupBarrier();
  }
  // unroll i in 0..DOWN_EACH
  // unroll r in 0..ROUNDS
  // unroll q in 0..STAGED
  stage(subgroup * STAGE + $q * N, sum_$i_$r_$q);
  // end
  workgroupBarrier();
  finish_staged(subgroup, thread % SUBGROUP, first_row + down + $i * M, first_column4 + across4 + $r * STAGED * N / 4u);
  workgroupBarrier();
  // end
  // end
}
