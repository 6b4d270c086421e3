// The network's values alone, for maps, rows by teams. Needs weights.wgsl, teams.wgsl.
struct Rows { rows: u32 };
@group(0) @binding(0) var<uniform> chunk: Rows;
// rows x CHANNELS.
@group(0) @binding(4) var<storage, read_write> values: array<f32>;

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
  // end
  // end
  let blocks = (chunk.rows + BLOCK - 1u) / BLOCK;
  var turn = 0u;
  for (var block = group.x; block < blocks; block += groups.x) {
    var part = vec4f();
    // unroll r in 0..TEAM_ROWS
    let row_$r = block * BLOCK + $r * TEAMS + team;
    // unroll v in 0..VECTORS
    let left_$r_$v = left_at(row_$r, chunk.rows, lane + $v * LANES);
    // unroll c in 0..CHANNELS
    part[$r * CHANNELS + $c] += dot(left_$r_$v, weight_$c_$v);
    // end
    // end
    // end
    let sums = team_sum(part, lane, team, turn);
    turn++;
    // unroll r in 0..TEAM_ROWS
    if (row_$r < chunk.rows && lane < CHANNELS) {
      let both = with_bias(vec2f(sums[$r * CHANNELS], sums[$r * CHANNELS + CHANNELS - 1u]));
      values[row_$r * CHANNELS + lane] = select(both.x, both.y, lane == 1u);
    }
    // end
  }
}
