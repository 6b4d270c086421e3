// z = μ + e^{λ/2}·noise of a batch, and KL = −½ Σ (1 + λ − μ² − e^λ), λ = log σ² (Kingma & Welling 2013, appendix B). One
// workgroup: its invocations' sums are added in their order. Needs adam/step.wgsl.
@group(0) @binding(0) var<storage, read> encoded: array<f32>; // IMAGES × ENCODED: μ, λ, padding
@group(0) @binding(1) var<storage, read> noise: array<f32>; // IMAGES × Z_DIM
@group(0) @binding(2) var<storage, read_write> z: array<f32>; // IMAGES × Z_PADDED, padding 0
@group(0) @binding(3) var<storage, read_write> losses: array<f32>; // [1] += KL, [2] += β·KL
@group(0) @binding(4) var<uniform> step: StepValues;

const THREADS = 64u;
var<workgroup> sums: array<f32, THREADS>;

@compute @workgroup_size(THREADS)
fn main(@builtin(local_invocation_index) thread: u32) {
  var sum = 0.0;
  for (var at = thread; at < IMAGES * Z_PADDED; at += THREADS) {
    let image = at / Z_PADDED;
    let k = at % Z_PADDED;
    var value = 0.0;
    if (k < Z_DIM) {
      let mean = encoded[image * ENCODED + k];
      let log_variance = encoded[image * ENCODED + Z_DIM + k];
      value = mean + exp(0.5 * log_variance) * noise[image * Z_DIM + k];
      sum += mean * mean + exp(log_variance) - 1.0 - log_variance;
    }
    z[at] = value;
  }
  sums[thread] = 0.5 * sum;
  workgroupBarrier();
  if (thread == 0u) {
    var divergence = 0.0;
    for (var i = 0u; i < THREADS; i++) {
      divergence += sums[i];
    }
    losses[1] += divergence;
    losses[2] += step.beta * divergence;
  }
}
