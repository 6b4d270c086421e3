// As stage.wgsl for a prime RADIX that has no butterfly: a thread makes one of the RADIX sums' results by adding all terms. Never
// the first stage: an even SIZE begins with a power of two.
fn stage_NUMBER(thread: u32, first: u32) {
  for (var result = thread; result < LINES * SIZE; result += THREADS) {
    let place = place_of(result, SIZE);
    let line = place.x;
    let j = place.y % (SIZE / RADIX);
    let q = place.y / (SIZE / RADIX);
    let turn = j % SPAN;
    // Term r is turned by r steps of this many SIZE-ths of a circle.
    let step = turn * (SIZE / (SPAN * RADIX)) + q * (SIZE / RADIX);
    var sum = shared_lines[FROM + slot(line, j)];
    var at = 0u;
    for (var r = 1u; r < RADIX; r++) {
      at += step;
      at -= select(0u, SIZE, at >= SIZE);
      sum += times(shared_lines[FROM + slot(line, j + r * (SIZE / RADIX))], roots[at]);
    }
    let to = (j / SPAN) * (SPAN * RADIX) + turn + q * SPAN;
    if (LAST) {
      if (first + line < lines()) {
        put(first + line, to, sum);
      }
    } else {
      shared_lines[TO + slot(line, to)] = sum;
    }
  }
}
