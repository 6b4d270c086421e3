// Targets and CTF of rows whose residuals are weighted: sqrt(w) y and sqrt(w) c CTF, so that the loss of these is the weighted
// one; w by the row's ring, c the contrast of its image. An invocation a row, a workgroup within one image. Follows slices.wgsl.
struct Batch { images: u32, workgroups: u32 };
@group(0) @binding(0) var<uniform> batch: Batch;
// P/2: the ring of each pair of opposite points.
@group(0) @binding(1) var<storage, read> rings: array<u32>;
// B x RINGS.
@group(0) @binding(2) var<storage, read> amplitudes: array<f32>;
// B.
@group(0) @binding(3) var<storage, read> contrasts: array<f32>;
// B.R x CHANNELS.
@group(0) @binding(4) var<storage, read_write> targets: array<f32>;
// B.R.
@group(0) @binding(5) var<storage, read_write> transfers: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let at = group.y * groups.x + group.x;
  let image = at / batch.workgroups;
  let number = (at - image * batch.workgroups) * WORKGROUP + local;
  if (image >= batch.images || number >= ROWS) {
    return;
  }
  // Where opposite points are rows of their own the second half of the rows mirrors the first.
  let pair = min(number, POINTS - 1u - number);
  let amplitude = amplitudes[image * RINGS + rings[pair]];
  let row = image * ROWS + number;
  for (var channel = 0u; channel < CHANNELS; channel++) {
    targets[CHANNELS * row + channel] *= amplitude;
  }
  transfers[row] *= amplitude * contrasts[image];
}
