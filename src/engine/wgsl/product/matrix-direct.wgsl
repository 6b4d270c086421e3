// A product by the subgroup-matrix unit M × N × K whose factors the unit reads where they lie: no workgroup memory and no barrier
// until the sums are made, for adapters whose caches serve the unit as well. A subgroup makes DOWN_EACH × ROUNDS·STAGED results,
// DEPTH inputs a turn; DOWN × ACROSS neighbours share what they read. Rows are there up to the tile's end, since they are
// padded; results beyond the last column read the last ones and are left out. Needs left-rows, matrix-finish, matrix-fours.
// INPUTS × OUTPUTS.
@group(0) @binding(2) var<storage, read> right: array<vec4<scalar>>;

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
@compute @workgroup_size(THREADS)
// unroll one in 0..SIZED
@subgroup_size(SUBGROUP)
// end
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = group.y * groups.x + group.x;
  let first_row = index / COLUMN_TILES * TILE_ROWS;
  if (first_row >= chunk.rows) {
    return;
  }
  let subgroup = thread / SUBGROUP;
  let row = first_row + subgroup / ACROSS * (DOWN_EACH * M);
  let column4 = index % COLUMN_TILES * COLUMNS4 + subgroup % ACROSS * (ROUNDS * STAGED * N / 4u);
  // unroll i in 0..DOWN_EACH
  // unroll r in 0..ROUNDS
  // unroll q in 0..STAGED
  var sum_$i_$r_$q: Result;
  // end
  // end
  // end
  // unroll i in 0..DOWN_EACH
  let left_$i = (row + $i * M) * (INPUTS / 4u);
  // end
  // unroll r in 0..ROUNDS
  // unroll q in 0..STAGED
  let right_$r_$q = min(column4 + ($r * STAGED + $q) * N / 4u, (OUTPUTS - N) / 4u);
  // end
  // end
  for (var k = 0u; k < INPUTS; k += DEPTH) {
    // unroll s in 0..DEPTH/K
    {
      // unroll r in 0..ROUNDS
      // unroll q in 0..STAGED
      let b_$r_$q = subgroupMatrixLoad<Right, row_major>(&right, (k + $s * K) * (OUTPUTS / 4u) + right_$r_$q, OUTPUTS / 4u);
      // end
      // end
      // unroll i in 0..DOWN_EACH
      let a_$i = subgroupMatrixLoad<Left, row_major>(&left, left_$i + (k + $s * K) / 4u, INPUTS / 4u);
      // unroll r in 0..ROUNDS
      // unroll q in 0..STAGED
      sum_$i_$r_$q = subgroupMatrixMultiplyAccumulate(a_$i, b_$r_$q, sum_$i_$r_$q);
      // end
      // end
      // end
    }
    // end
  }
  // unroll i in 0..DOWN_EACH
  // unroll r in 0..ROUNDS
  // unroll q in 0..STAGED
  stage(subgroup * STAGE + $q * N, sum_$i_$r_$q);
  // end
  workgroupBarrier();
  finish_staged(subgroup, thread % SUBGROUP, row + $i * M, column4 + $r * STAGED * N / 4u);
  workgroupBarrier();
  // end
  // end
}
