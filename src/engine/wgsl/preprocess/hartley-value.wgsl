// One value of the centred Hartley transform, Re - Im of the half spectrum. An entry of a table of lattice points: the place
// in SIZE x COLUMNS; bit 31: the spectrum holds -k, the conjugate; bit 30: kx + ky is odd, the centre's (-1)^k.
@group(0) @binding(0) var<storage, read> spectra: array<vec2f>; // images x SIZE x COLUMNS
@group(0) @binding(1) var<storage, read> points: array<u32>; // POINTS
@group(0) @binding(2) var<uniform> batch: vec4u; // images; bits of the scale

fn hartley_value(image: u32, point: u32) -> f32 {
  let entry = points[point];
  let value = spectra[image * (SIZE * COLUMNS) + (entry & 0x3fffffffu)];
  let sum = value.x + select(-value.y, value.y, (entry & 0x80000000u) != 0u);
  return select(sum, -sum, (entry & 0x40000000u) != 0u);
}
