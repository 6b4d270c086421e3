// The network's values alone, an invocation a row: for adapters in software. Needs weights.wgsl.
struct Rows { rows: u32 };
@group(0) @binding(0) var<uniform> chunk: Rows;
// rows x CHANNELS.
@group(0) @binding(4) var<storage, read_write> values: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) at: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var row = at.x; row < chunk.rows; row += 64u * groups.x) {
    var sums = vec2f();
    for (var column = 0u; column < INPUTS4; column++) {
      let here = vec4f(left[row * INPUTS4 + column]);
      sums.x += dot(here, weights[column]);
      if (CHANNELS == 2u) {
        sums.y += dot(here, weights[INPUTS4 + column]);
      }
    }
    let both = with_bias(sums);
    values[row * CHANNELS] = both.x;
    if (CHANNELS == 2u) {
      values[row * CHANNELS + 1u] = both.y;
    }
  }
}
