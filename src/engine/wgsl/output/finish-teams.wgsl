@compute @workgroup_size(COLUMNS * PARTS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) local: u32) {
  let column = group.x * COLUMNS + local % COLUMNS;
  if (column < SIZE + 3u) {
    exchange[local] = sum_of(column, local / COLUMNS);
  }
  workgroupBarrier();
  if (local >= COLUMNS || column >= SIZE + 3u) {
    return;
  }
  var sum = 0.0;
  for (var part = 0u; part < PARTS; part++) {
    sum += exchange[part * COLUMNS + local];
  }
  put(column, sum);
}
