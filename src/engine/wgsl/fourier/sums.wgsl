// The same transforms for adapters in software, which are slow at barriers, at workgroup memory and at compiling unrolled
// butterflies: a thread transforms a line alone, in its part of a scratch buffer, each stage by adding all terms of its sums.
// THREADS = LINES and BESIDE, so that `place_of` keeps a thread to its line.
@group(0) @binding(1) var<storage, read_write> shared_lines: array<vec2f>; // workgroups x 2 LINES SIZE

fn begin_sums(thread: u32, first: u32) {
  if (first + thread < lines()) {
    for (var n = 0u; n < SIZE; n++) {
      shared_lines[slot(thread, n)] = fetch(first + thread, n);
    }
  }
}

fn sums(thread: u32, radix: u32, span: u32, from_half: u32, to_half: u32) {
  let sums_a_line = SIZE / radix;
  for (var result = 0u; result < SIZE; result++) {
    let j = result % sums_a_line;
    let q = result / sums_a_line;
    let turn = j % span;
    // Term r is turned by r steps of this many SIZE-ths of a circle.
    let step = turn * (SIZE / (span * radix)) + q * sums_a_line;
    var sum = shared_lines[from_half + slot(thread, j)];
    var at = 0u;
    for (var r = 1u; r < radix; r++) {
      at += step;
      at -= select(0u, SIZE, at >= SIZE);
      sum += times(shared_lines[from_half + slot(thread, j + r * sums_a_line)], roots[at]);
    }
    shared_lines[to_half + slot(thread, (j / span) * (span * radix) + turn + q * span)] = sum;
  }
}
