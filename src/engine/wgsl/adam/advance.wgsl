// Once before Adam, one invocation: whether this step counts, the loss scale, Adam's bias corrections, the losses of steps that
// count. Needs state.wgsl with Flag = u32, step.wgsl.
@group(0) @binding(0) var<storage, read_write> state: TrainingState;
// Sums that the step's kernels added to, images; the same up to the last step that counted.
@group(0) @binding(1) var<storage, read_write> losses: array<vec4f, 2>;
@group(0) @binding(2) var<uniform> step: StepValues;

// 1 − β^steps from log β: near zero by the series of 1 − e^x, where a difference of float32 would lose digits.
fn correction(log_beta: f32, steps: u32) -> f32 {
  let x = log_beta * f32(steps);
  if (x < -1.0) {
    return 1.0 - exp(x);
  }
  var series = 1.0;
  for (var n = 12u; n > 1u; n--) {
    series = fma(series, x / f32(n), 1.0);
  }
  return -x * series;
}

@compute @workgroup_size(1)
fn main() {
  if (state.overflow != 0u) {
    state.overflow = 0u;
    state.skip = 1u;
    state.left_out += 1u;
    losses[0] = losses[1];
    state.good_steps = 0u;
    state.loss_scale = max(0.5 * state.loss_scale, LEAST_SCALE);
    state.inverse_scale = 1.0 / state.loss_scale;
    return;
  }
  state.skip = 0u;
  state.left_out = 0u;
  losses[0].w += step.images;
  losses[1] = losses[0];
  state.steps += 1u;
  state.inverse_first = 1.0 / correction(LOG_BETA1, state.steps);
  state.inverse_second = 1.0 / sqrt(correction(LOG_BETA2, state.steps));
  if (state.growing != 0u) {
    state.good_steps += 1u;
    if (state.good_steps >= GOOD_STEPS) {
      state.good_steps = 0u;
      state.loss_scale = min(2.0 * state.loss_scale, MOST_SCALE);
      state.inverse_scale = 1.0 / state.loss_scale;
    }
  }
}
