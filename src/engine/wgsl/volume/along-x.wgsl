// Last axis: half spectra of two rows A, B as one line A + iB whose sums are the real rows; times the scale.
@group(0) @binding(2) var<storage, read> spectrum: array<vec2f>; // SLAB x SIZE x COLUMNS, [z][y][kx]
@group(0) @binding(3) var<uniform> part: vec4u; // lines of the slab: first, how many
@group(0) @binding(4) var<uniform> scale: vec4f;
@group(0) @binding(5) var<storage, read_write> volume: array<f32>; // SLAB x SIZE x SIZE, [z][y][x]

fn lines() -> u32 {
  return part.y;
}

fn fetch(number: u32, n: u32) -> vec2f {
  let line = part.x + number;
  let mirrored = n >= COLUMNS;
  let at = 2 * line * COLUMNS + select(n, SIZE - n, mirrored);
  var a = spectrum[at];
  var b = spectrum[at + COLUMNS];
  let turn = select(1.0, -1.0, mirrored);
  return vec2f(a.x - turn * b.y, turn * a.y + b.x);
}

fn put(number: u32, n: u32, sum: vec2f) {
  let line = part.x + number;
  volume[2 * line * SIZE + n] = scale.x * sum.x;
  volume[(2 * line + 1) * SIZE + n] = scale.x * sum.y;
}
