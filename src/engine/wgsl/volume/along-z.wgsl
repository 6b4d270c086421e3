// First of three axes: from the field's values to spectra that are sums over kz, for z of one slab. Line l = ky COLUMNS + kx,
// kx = 0 .. COLUMNS - 1: the other half is the conjugate, since a map is real. Values are gathered: the field's own point where the
// half that was asked holds k, else the conjugate of -k's. A Hartley value's F is its even part minus i times its odd one.
// k = -RADIUS along an axis and the origin are their own mirrors: there Re - Im is all there is (the direct value's).
// Signs (-1)^k put the map's origin into the middle of the box.
@group(0) @binding(2) var<storage, read> rows: array<i32>; // (2 RADIUS + 1)^2, [z][y]
@group(0) @binding(3) var<storage, read_write> spectrum: array<vec2f>; // SLAB x SIZE x COLUMNS, [z][ky][kx]
@group(0) @binding(4) var<uniform> slab: vec4u; // first z, planes, first line, lines
// unroll i in 0..PARTS
@group(0) @binding(5 + $i) var<storage, read> values_$i: array<field_value>; // points $i PART_POINTS .. of M
// end

fn lines() -> u32 {
  return slab.w;
}

fn value_at(k: vec3i) -> field_value {
  let point = u32(rows[row_of(k)] + k.x);
  let part = point / PART_POINTS;
  // unroll i in 0..PARTS
  if (part == $i) {
    return values_$i[point - $i * PART_POINTS];
  }
  // end
  return field_value();
}

fn coefficient(k: vec3i) -> vec2f {
  let own_mirror = all(k == vec3i()) || any(abs(k) == vec3i(RADIUS));
  // An axis' end is kept at -RADIUS, where the periodic lattice has its one point.
  let at = select(k, -abs(k), own_mirror);
  return of_values(at, own_mirror);
}

fn wrapped(n: u32) -> i32 {
  return select(i32(n), i32(n) - i32(SIZE), i32(n) >= RADIUS);
}

fn fetch(number: u32, n: u32) -> vec2f {
  let line = slab.z + number;
  let k = vec3i(i32(line % COLUMNS), wrapped(line / COLUMNS), wrapped(n));
  if (!inside(k)) {
    return vec2f();
  }
  let f = coefficient(k);
  return select(f, -f, ((k.x + k.y + k.z) & 1) != 0);
}

fn put(number: u32, n: u32, sum: vec2f) {
  let line = slab.z + number;
  let plane = n - slab.x;
  if (n >= slab.x && plane < slab.y) {
    spectrum[plane * (SIZE * COLUMNS) + line] = sum;
  }
}
