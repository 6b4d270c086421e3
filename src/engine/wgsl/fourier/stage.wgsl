// One Stockham stage of LINES lines of SIZE numbers: SIZE / RADIX sums of RADIX numbers a line (Cooley & Tukey 1965, sorted as
// it goes). The words RADIX, SPAN (numbers joined before), NUMBER, FIRST, LAST, FROM and TO are replaced before compiling:
// the first stage reads by `fetch`, the last one writes by `put` where the kernel ends there (DIRECT).
fn stage_NUMBER(thread: u32, first: u32) {
  for (var sum = thread; sum < LINES * (SIZE / RADIX); sum += THREADS) {
    let place = place_of(sum, SIZE / RADIX);
    let line = place.x;
    let j = place.y;
    let turn = j % SPAN;
    let inside = first + line < lines();
    var a: array<vec2f, RADIX>;
    if (FIRST) {
      if (inside) {
        // unroll r in 0..RADIX
        a[$r] = fetch(first + line, j + $r * (SIZE / RADIX));
        // end
      }
    } else {
      // unroll r in 0..RADIX
      a[$r] = shared_lines[FROM + slot(line, j + $r * (SIZE / RADIX))];
      // end
      // unroll r in 1..RADIX
      a[$r] = times(a[$r], roots[$r * turn * (SIZE / (SPAN * RADIX))]);
      // end
    }
    let b = butterfly_RADIX(a);
    let to = (j / SPAN) * (SPAN * RADIX) + turn;
    if (LAST) {
      if (inside) {
        // unroll r in 0..RADIX
        put(first + line, to + $r * SPAN, b[$r]);
        // end
      }
    } else {
      // unroll r in 0..RADIX
      shared_lines[TO + slot(line, to + $r * SPAN)] = b[$r];
      // end
    }
  }
}
