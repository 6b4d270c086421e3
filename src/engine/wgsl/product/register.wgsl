// A product without workgroup memory or barriers: a workgroup takes ROWS_EACH rows, and an invocation of it COLUMN_GROUPS
// times four columns of them. Rows come from the workgroup's number alone, so that software adapters read the left
// factor once for all lanes. With SLICE < INPUTS each workgroup sums a slice of the inputs.
// INPUTS × OUTPUTS, from the first row of slice chunk.first_slice on.
@group(0) @binding(2) var<storage, read> right: array<vec4<scalar>>;

@compute @workgroup_size(LANES)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let index = group.y * groups.x + group.x;
  let row_tiles = (chunk.rows + ROWS_EACH - 1u) / ROWS_EACH;
  let column_tile = index % COLUMN_TILES;
  let row = index / COLUMN_TILES % row_tiles * ROWS_EACH;
  let slice = index / COLUMN_TILES / row_tiles;
  if (slice >= chunk.slices) {
    return;
  }
  // unroll h in 0..COLUMN_GROUPS
  let column_$h = column_tile * (LANES * COLUMN_GROUPS) + $h * LANES + lane;
  // Lanes beyond the last column read the last one and store nothing.
  let from_$h = min(column_$h, OUTPUTS / 4u - 1u);
  // unroll i in 0..ROWS_EACH
  var sum_$i_$h = vec4f();
  // end
  // end
  let first = slice * SLICE;
  let skipped = chunk.first_slice * SLICE;
  let end = min(first + SLICE, INPUTS - skipped);
  for (var k = first; k < end; k += 4u) {
    // unroll i in 0..ROWS_EACH
    let a_$i = vec4f(left4(row + $i, (skipped + k) / 4u));
    // end
    // unroll j in 0..4
    // unroll h in 0..COLUMN_GROUPS
    let b_$j_$h = vec4f(right[(k + $j) * (OUTPUTS / 4u) + from_$h]);
    // unroll i in 0..ROWS_EACH
    sum_$i_$h = fma(vec4f(a_$i[$j]), b_$j_$h, sum_$i_$h);
    // end
    // end
    // end
  }
  // unroll h in 0..COLUMN_GROUPS
  if (column_$h < OUTPUTS / 4u) {
    // unroll i in 0..ROWS_EACH
    finish_slice(slice, row + $i, column_$h, sum_$i_$h);
    // end
  }
  // end
}
