// The last layer with CTF, loss and the gradient of the layer below, an invocation a row, without barriers: for adapters in
// software. Needs weights.wgsl, loss.wgsl.
@group(0) @binding(6) var<storage, read_write> gradient: array<vec4<scalar>>;
// rows x (gradient of each value, squares, 0).
@group(0) @binding(7) var<storage, read_write> judgements: array<vec4f>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = at.x; row < chunk.rows; row += 64u * groups.x) {
    let first = row * INPUTS4;
    var sums = vec2f();
    for (var column = 0u; column < INPUTS4; column++) {
      let values = vec4f(left[first + column]);
      sums.x += dot(values, weights[column]);
      if (CHANNELS == 2u) {
        sums.y += dot(values, weights[INPUTS4 + column]);
      }
    }
    let judgement = judged(row, sums);
    judgements[row] = judgement;
    for (var column = 0u; column < INPUTS4; column++) {
      var sum = judgement.x * weights[column];
      if (CHANNELS == 2u) {
        sum += judgement.y * weights[INPUTS4 + column];
      }
      gradient[first + column] = vec4<scalar>(before_activation(sum, vec4f(left[first + column])));
    }
  }
}
