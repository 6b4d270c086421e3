// The last layer with CTF, loss and gradients, rows by teams. Needs weights.wgsl, loss.wgsl, teams.wgsl. A workgroup leaves
// the sums of its rows as one split of partials: CHANNELS x INPUTS of the weights, then (bias, bias, squares, 0), 16 floats.
// rows x INPUTS.
@group(0) @binding(6) var<storage, read_write> gradient: array<vec4<scalar>>;
// splits x (CHANNELS INPUTS + 16).
@group(0) @binding(7) var<storage, read_write> partials: array<vec4f>;

fn store(row: u32, column: u32, value: vec4f) {
  if (row < chunk.rows && inside(column)) {
    gradient[row * INPUTS4 + column] = vec4<scalar>(value);
  }
}

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let lane = local % LANES;
  let team = local / LANES;
  // unroll c in 0..CHANNELS
  // unroll v in 0..VECTORS
  let weight_$c_$v = weight_at($c, lane + $v * LANES);
  var sum_$c_$v = vec4f();
  // end
  // end
  var tail = vec4f();
  let blocks = (chunk.rows + BLOCK - 1u) / BLOCK;
  var turn = 0u;
  for (var block = group.x; block < blocks; block += groups.x) {
    var part = vec4f();
    // unroll r in 0..TEAM_ROWS
    let row_$r = block * BLOCK + $r * TEAMS + team;
    // unroll v in 0..VECTORS
    let left_$r_$v = left_at(row_$r, chunk.rows, lane + $v * LANES);
    // end
    // end
    // unroll r in 0..TEAM_ROWS
    // unroll c in 0..CHANNELS
    // unroll v in 0..VECTORS
    part[$r * CHANNELS + $c] += dot(left_$r_$v, weight_$c_$v);
    // end
    // end
    // end
    let sums = team_sum(part, lane, team, turn);
    turn++;
    // unroll r in 0..TEAM_ROWS
    let judged_$r = judged(row_$r, vec2f(sums[$r * CHANNELS], sums[$r * CHANNELS + CHANNELS - 1u]));
    tail += judged_$r;
    // unroll v in 0..VECTORS
    var gradient_$r_$v = vec4f();
    // unroll c in 0..CHANNELS
    gradient_$r_$v += judged_$r[$c] * weight_$c_$v;
    sum_$c_$v += judged_$r[$c] * left_$r_$v;
    // end
    store(row_$r, lane + $v * LANES, before_activation(gradient_$r_$v, left_$r_$v));
    // end
    // end
  }
  let split = group.x * (CHANNELS * INPUTS4 + 4u);
  // A loop of few barriers, not as many as there are sums: compilers of software adapters take very long over those.
  for (var i = 0u; i <= CHANNELS * VECTORS; i++) {
    var mine = tail;
    // unroll c in 0..CHANNELS
    // unroll v in 0..VECTORS
    if (i == $c * VECTORS + $v) {
      mine = sum_$c_$v;
    }
    // end
    // end
    workgroupBarrier();
    exchange[local] = mine;
    workgroupBarrier();
    let last = i == CHANNELS * VECTORS;
    let column = lane + (i % VECTORS) * LANES;
    if (team == 0u && select(inside(column), lane == 0u, last)) {
      var total = vec4f();
      for (var other = 0u; other < TEAMS; other++) {
        total += exchange[other * LANES + lane];
      }
      partials[split + select((i / VECTORS) * INPUTS4 + column, CHANNELS * INPUTS4, last)] = total;
    }
  }
}
