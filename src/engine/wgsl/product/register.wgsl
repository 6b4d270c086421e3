// A product without workgroup memory or barriers: a workgroup takes ROWS_EACH rows (ROW_PARTS × PART_ROWS), and an invocation
// of it COLUMN_GROUPS times four columns of them. Rows come from the workgroup's number alone. With BROADCAST the workgroup is
// one subgroup whose lanes read a row each and tell the others: in software a read costs as many as there are lanes, even
// where all want the same number. With SLICE < INPUTS each workgroup sums a split of the inputs, and the right factor's rows
// count from the first of split chunk.first_split. Needs sizes, left4, right4 and finish_slice.

@compute @workgroup_size(LANES)
// unroll one in 0..SIZED
@subgroup_size(LANES)
// end
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  // unroll one in 0..BROADCAST
  @builtin(subgroup_invocation_id) lane: u32,
  // end
  // unroll one in BROADCAST..1
  @builtin(local_invocation_index) lane: u32,
  // end
) {
  let index = group.y * groups.x + group.x;
  let row_tiles = (chunk.rows + ROWS_EACH - 1u) / ROWS_EACH;
  let column_tile = index % column_tiles();
  let row = index / column_tiles() % row_tiles * ROWS_EACH;
  let split = index / column_tiles() / row_tiles;
  if (split >= chunk.splits) {
    return;
  }
  // unroll h in 0..COLUMN_GROUPS
  let column_$h = column_tile * (LANES * COLUMN_GROUPS) + $h * LANES + lane;
  // Lanes beyond the last column read the last one and store nothing.
  let from_$h = min(column_$h, outputs4() - 1u);
  // unroll p in 0..ROW_PARTS
  // unroll i in 0..PART_ROWS
  var sum_$p_$i_$h = vec4f();
  // end
  // end
  // end
  let first = split * SLICE;
  let skipped = chunk.first_split * SLICE;
  let end = min(first + SLICE, 4u * inputs4() - skipped);
  for (var k = first; k < end; k += 4u) {
    // unroll p in 0..ROW_PARTS
    // unroll one in 0..BROADCAST
    let part_$p = vec4f(left4(row + $p * LANES + lane, (skipped + k) / 4u));
    // unroll i in 0..PART_ROWS
    let a_$p_$i = subgroupBroadcast(part_$p, $i);
    // end
    // end
    // unroll one in BROADCAST..1
    // unroll i in 0..PART_ROWS
    let a_$p_$i = vec4f(left4(row + $i, (skipped + k) / 4u));
    // end
    // end
    // end
    // unroll j in 0..4
    // unroll h in 0..COLUMN_GROUPS
    let b_$j_$h = vec4f(right4(k + $j, from_$h));
    // unroll p in 0..ROW_PARTS
    // unroll i in 0..PART_ROWS
    sum_$p_$i_$h = fma(vec4f(a_$p_$i[$j]), b_$j_$h, sum_$p_$i_$h);
    // end
    // end
    // end
    // end
  }
  // unroll h in 0..COLUMN_GROUPS
  if (column_$h < outputs4()) {
    // unroll p in 0..ROW_PARTS
    // unroll i in 0..PART_ROWS
    finish_slice(split, row + $p * PART_ROWS + $i, column_$h, sum_$p_$i_$h);
    // end
    // end
  }
  // end
}
