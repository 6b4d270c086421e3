// Complex lines in place: number n of line l lies at (l / ACROSS) SLAB + (l % ACROSS) ASIDE + n STRIDE.
@group(0) @binding(2) var<storage, read_write> values: array<vec2f>;
@group(0) @binding(3) var<uniform> batch: vec4u; // lines, the first of them, 0, 0

fn lines() -> u32 {
  return batch.x;
}

fn address(number: u32, n: u32) -> u32 {
  let line = batch.y + number;
  return (line / ACROSS) * SLAB + (line % ACROSS) * ASIDE + n * STRIDE;
}

fn fetch(line: u32, n: u32) -> vec2f {
  return values[address(line, n)];
}

fn put(line: u32, n: u32, value: vec2f) {
  values[address(line, n)] = value;
}
