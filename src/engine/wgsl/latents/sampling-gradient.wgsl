// Gradient of μ and λ = log σ² from that of z and of the loss's share of KL: dμ = dz + μ·β·w, dλ = dz·noise·e^{λ/2}/2 +
// ½(e^λ − 1)·β·w. Needs adam/step.wgsl.
@group(0) @binding(0) var<storage, read> encoded: array<f32>; // IMAGES × ENCODED: μ, λ, padding
@group(0) @binding(1) var<storage, read> noise: array<f32>; // IMAGES × Z_DIM
@group(0) @binding(2) var<storage, read> z_gradient: array<f32>; // IMAGES × Z_PADDED
@group(0) @binding(3) var<storage, read_write> into: array<f32>; // IMAGES × ENCODED, padding 0
@group(0) @binding(4) var<uniform> step: StepValues;

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let at = 64u * (group.y * groups.x + group.x) + thread;
  let image = at / ENCODED;
  if (image >= IMAGES) {
    return;
  }
  let column = at % ENCODED;
  let weight = step.beta * step.kl_weight;
  var gradient = 0.0;
  if (column < Z_DIM) {
    gradient = z_gradient[image * Z_PADDED + column] + encoded[at] * weight;
  } else if (column < 2u * Z_DIM) {
    let k = column - Z_DIM;
    let sigma = exp(0.5 * encoded[at]);
    let through_z = z_gradient[image * Z_PADDED + k] * noise[image * Z_DIM + k] * sigma;
    gradient = 0.5 * (through_z + (exp(encoded[at]) - 1.0) * weight);
  }
  into[at] = gradient;
}
