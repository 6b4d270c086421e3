// Slices of one volume as the right factor of a product: S transposed, a row for each real and each imaginary part of a
// point, a column a slice; and |S|^2, a row a point. Rows beyond the points are zeros. An invocation a point of a slice.
// Needs cube.wgsl.
struct Slices {
  // Of this dispatch: its first column, and the number of the rotation there.
  columns: u32,
  first_column: u32,
  first_rotation: u32,
  stride: u32,
  points: u32,
  padded_points: u32,
  side: u32,
  reach: f32,
  oversampling: f32,
}
@group(0) @binding(0) var<uniform> part: Slices;
// n x (x, y), whole Fourier pixels.
@group(0) @binding(1) var<storage, read> positions: array<vec2f>;
// The images of (1, 0) and of (0, 1) for each rotation.
@group(0) @binding(2) var<storage, read> rotations: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> slices: array<f32>;
@group(0) @binding(4) var<storage, read_write> energies: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let point = at / part.columns;
  if (point >= part.padded_points) {
    return;
  }
  let number = at % part.columns;
  var value = vec2f();
  if (point < part.points) {
    let rotation = 2u * (part.first_rotation + number);
    let position = positions[point];
    let k = position.x * rotations[rotation].xyz + position.y * rotations[rotation + 1u].xyz;
    value = cube_value(k, part.oversampling, part.reach, part.side);
  }
  let column = part.first_column + number;
  slices[2u * point * part.stride + column] = value.x;
  slices[(2u * point + 1u) * part.stride + column] = value.y;
  energies[point * part.stride + column] = dot(value, value);
}
