// Images' points of one half plane as factor sums see them: centred coefficients, H(k) and H(-k) being Re - Im and Re + Im, and
// the transfer. A pair's slot is the number of its k in the lattice. Needs slices/shifted.wgsl and a transfer; an invocation a
// point, a workgroup within one image.
// B x n.
@group(0) @binding(5) var<storage, read_write> values: array<vec2f>;
@group(0) @binding(6) var<storage, read_write> transfers: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let at = group.y * groups.x + group.x;
  let image = at / batch.workgroups;
  let point = (at - image * batch.workgroups) * WORKGROUP + local;
  if (image >= batch.images || point >= HALF_POINTS) {
    return;
  }
  let pair = pairs[point];
  let both = shifted(image, pair.slot, pair);
  values[image * HALF_POINTS + point] = 0.5 * vec2f(both.x + both.y, both.y - both.x);
  transfers[image * HALF_POINTS + point] = transfer_at(image, pair);
}
