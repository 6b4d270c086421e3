// Adam (Kingma & Ba 2015) as PyTorch has it, weight decay added to the gradient; four parameters an invocation. Needs
// state.wgsl with Flag = u32, step.wgsl.
struct Range {
  vectors: u32,
}
@group(0) @binding(0) var<storage, read_write> parameters: array<vec4f>;
@group(0) @binding(1) var<storage, read> gradients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> first: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> second: array<vec4f>;
@group(0) @binding(4) var<storage, read> state: TrainingState;
@group(0) @binding(5) var<uniform> step: StepValues;
@group(0) @binding(6) var<uniform> range: Range;

@compute @workgroup_size(256)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let at = (group.y * groups.x + group.x) * 256u + thread;
  if (at >= range.vectors || state.skip != 0u) {
    return;
  }
  let parameter = parameters[at];
  let gradient = fma(vec4f(step.weight_decay), parameter, gradients[at]);
  let mean = fma(vec4f(ONE_MINUS_BETA1), gradient - first[at], first[at]);
  let square = fma(vec4f(ONE_MINUS_BETA2), gradient * gradient, BETA2 * second[at]);
  let root = sqrt(square) * state.inverse_second + EPSILON;
  first[at] = mean;
  second[at] = square;
  parameters[at] = parameter - step.learning_rate * state.inverse_first * (mean / root);
}
