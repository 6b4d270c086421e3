// The values at a lattice's points, times the scale (which carries the images' sign).
@group(0) @binding(3) var<storage, read_write> values: array<f32>; // images x POINTS

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  if (id.x < POINTS && id.y < batch.x) {
    values[id.y * POINTS + id.x] = bitcast<f32>(batch.y) * hartley_value(id.y, id.x);
  }
}
