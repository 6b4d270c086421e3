// Domain hartley: a pair is two rows, asked where they lie.
// B.P.
@group(0) @binding(7) var<storage, read_write> targets: array<f32>;

fn write_rows(image: u32, number: u32, point: vec3f, values: vec2f, transfer: f32) {
  let row = image * POINTS + number;
  let mirror = image * POINTS + POINTS - 1u - number;
  points[row] = vec4f(point, 1.0);
  points[mirror] = vec4f(-point, 1.0);
  targets[row] = values.x;
  targets[mirror] = values.y;
  transfers[row] = transfer;
  transfers[mirror] = transfer;
}
