// Complex lines in place: number n of line l lies at (l / ACROSS) SLAB + (l % ACROSS) ASIDE + n STRIDE.
@group(0) @binding(2) var<storage, read_write> values: array<vec2f>;
@group(0) @binding(3) var<uniform> batch: vec4u; // lines, 0, 0, 0

fn lines() -> u32 {
  return batch.x;
}

fn address(line: u32, n: u32) -> u32 {
  return (line / ACROSS) * SLAB + (line % ACROSS) * ASIDE + n * STRIDE;
}

fn fetch(line: u32, n: u32) -> vec2f {
  return values[address(line, n)];
}

fn put(line: u32, n: u32, value: vec2f) {
  values[address(line, n)] = value;
}
