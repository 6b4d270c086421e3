// The last step of sums.wgsl where each number is handed to `put`.
fn end_sums(thread: u32, first: u32) {
  if (first + thread < lines()) {
    for (var n = 0u; n < SIZE; n++) {
      put(first + thread, n, shared_lines[RESULT + slot(thread, n)]);
    }
  }
}
