// Domain fourier: a pair is one row, asked in the half space z < 0 (z = 0: y < 0, or y = 0 and x <= 0). A flipped row
// predicts the values at -k and k, so its targets change places.
// B.P/2 x (value at the point asked, value at its opposite).
@group(0) @binding(7) var<storage, read_write> targets: array<vec2f>;

fn write_rows(image: u32, number: u32, point: vec3f, values: vec2f, transfer: f32) {
  let flip = point.z > 0.0 || (point.z == 0.0 && (point.y > 0.0 || (point.y == 0.0 && point.x > 0.0)));
  let row = image * (POINTS / 2u) + number;
  points[row] = select(vec4f(point, 1.0), vec4f(-point, -1.0), flip);
  targets[row] = select(values, values.yx, flip);
  transfers[row] = transfer;
}
