// Rows by teams of LANES invocations: lane l keeps columns 4(l + v LANES) … + 3, v < VECTORS, in registers, and so a row is read
// once for its values, its gradient and the weights' gradients. A workgroup of TEAMS teams takes TEAMS x TEAM_ROWS rows at
// a time. CHANNELS x TEAM_ROWS = 4, so the sums of a turn are one vec4f. Needs weights.wgsl.
const WORKGROUP: u32 = LANES * TEAMS;
const BLOCK: u32 = TEAMS * TEAM_ROWS;
// Halves by turns, so that one barrier a turn is enough.
var<workgroup> exchange: array<vec4f, 2u * WORKGROUP>;

// Whether all lanes have columns to the last vector.
const EVEN: bool = INPUTS4 == LANES * VECTORS;

fn inside(column: u32) -> bool {
  return EVEN || column < INPUTS4;
}

// Without branches, so that loads are under way together. Beyond the last row it is the last one again, which `judged` leaves
// out; beyond the last column it meets weights of zero.
fn left_at(row: u32, rows: u32, column: u32) -> vec4f {
  return vec4f(left[min(row, rows - 1u) * INPUTS4 + min(column, INPUTS4 - 1u)]);
}

fn weight_at(channel: u32, column: u32) -> vec4f {
  let weight = weights[channel * INPUTS4 + min(column, INPUTS4 - 1u)];
  return select(vec4f(), weight, inside(column));
}

// Sum of `part` over the team's lanes, for each of them, in an order that is the team's own: banks are not met twice.
fn team_sum(part: vec4f, lane: u32, team: u32, turn: u32) -> vec4f {
  let half = (turn & 1u) * WORKGROUP;
  exchange[half + team * LANES + lane] = part;
  workgroupBarrier();
  var sum = vec4f();
  for (var i = 0u; i < LANES; i++) {
    sum += exchange[half + team * LANES + ((i + team) & (LANES - 1u))];
  }
  return sum;
}
