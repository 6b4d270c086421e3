// Ground of the transforms along lines: LINES lines of SIZE complex numbers a workgroup. BESIDE: neighbouring threads take
// neighbouring lines (columns of a matrix), else neighbouring numbers of a line.
@group(0) @binding(0) var<storage, read> roots: array<vec2f>; // SIZE: exp(DIRECTION 2 pi i n / SIZE)

// Where the workgroup's numbers begin in `shared_lines`; 0 in workgroup memory.
var<private> base: u32;

// Line and number in it of the n-th piece of work, `count` pieces a line.
fn place_of(n: u32, count: u32) -> vec2u {
  if (BESIDE) {
    return vec2u(n % LINES, n / LINES);
  }
  return vec2u(n / count, n % count);
}

fn slot(line: u32, number: u32) -> u32 {
  return base + select(line * SIZE + number, number * LINES + line, BESIDE);
}
