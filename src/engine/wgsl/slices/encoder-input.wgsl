// What the encoder sees: shifted Hartley values inside its mask times the CTF's sign. Needs shifted.wgsl.
// B x WIDTH: INPUTS values, then zeros.
@group(0) @binding(5) var<storage, read_write> encoder_input: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let at = group.y * groups.x + group.x;
  let image = at / batch.workgroups;
  let number = (at - image * batch.workgroups) * WORKGROUP + local;
  if (image >= batch.images) {
    return;
  }
  let first = image * WIDTH;
  if (number < WIDTH - INPUTS) {
    encoder_input[first + INPUTS + number] = 0.0;
  }
  if (number >= POINTS / 2u) {
    return;
  }
  let pair = pairs[number];
  if (pair.slot == OUTSIDE) {
    return;
  }
  // The mask is symmetric too, so opposite points lie at opposite ends.
  let values = shifted(image, number, pair) * sign(transfer_at(image, pair));
  encoder_input[first + pair.slot] = values.x;
  encoder_input[first + INPUTS - 1u - pair.slot] = values.y;
}
