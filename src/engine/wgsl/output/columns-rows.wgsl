// Weights' gradients of a split of rows, an invocation four columns of the left factor; one invocation more for bias and
// squares. Follows output-rows.wgsl; splits as output-teams.wgsl leaves them.
struct Splits { rows: u32, per_split: u32, splits: u32 };
@group(0) @binding(0) var<uniform> splits: Splits;
@group(0) @binding(1) var<storage, read> left: array<vec4<scalar>>;
@group(0) @binding(2) var<storage, read_write> judgements: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;

const INPUTS4: u32 = INPUTS / 4u;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u) {
  let split = at.x / (INPUTS4 + 1u);
  let column = at.x % (INPUTS4 + 1u);
  if (split >= splits.splits) {
    return;
  }
  let into = split * (CHANNELS * INPUTS4 + 4u);
  let first = split * splits.per_split;
  let end = min(first + splits.per_split, splits.rows);
  var near = vec4f();
  var far = vec4f();
  if (column == INPUTS4) {
    for (var row = first; row < end; row++) {
      near += judgements[row];
    }
    partials[into + CHANNELS * INPUTS4] = near;
    return;
  }
  for (var row = first; row < end; row++) {
    let values = vec4f(left[row * INPUTS4 + column]);
    let judgement = judgements[row];
    near += judgement.x * values;
    if (CHANNELS == 2u) {
      far += judgement.y * values;
    }
  }
  partials[into + column] = near;
  if (CHANNELS == 2u) {
    partials[into + INPUTS4 + column] = far;
  }
}
