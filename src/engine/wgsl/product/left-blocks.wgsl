// Four rows from `row` on by four inputs, where the left factor gives four inputs of a row at a time.
fn left_block(row: u32, k4: u32) -> Block {
  return Block(left4(row, k4), left4(row + 1u, k4), left4(row + 2u, k4), left4(row + 3u, k4));
}
