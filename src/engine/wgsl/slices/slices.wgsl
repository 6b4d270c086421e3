// What the decoder is asked at and what it is compared with: points (x, y, 0).R, shifted targets, CTF, a row each. Needs
// shifted.wgsl, and after it rows-fourier.wgsl or rows-hartley.wgsl, which say what rows a pair of points makes.
// B x 9, row-major.
@group(0) @binding(5) var<storage, read> rotations: array<f32>;
// B.R x (x, y, z, -1 where it is flipped, else 1).
@group(0) @binding(6) var<storage, read_write> points: array<vec4f>;
// B.R, the CTF of the row's values; 7 is its targets.
@group(0) @binding(8) var<storage, read_write> transfers: array<f32>;

@compute @workgroup_size(WORKGROUP)
fn main(
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let at = group.y * groups.x + group.x;
  let image = at / batch.workgroups;
  let number = (at - image * batch.workgroups) * WORKGROUP + local;
  if (image >= batch.images || number >= POINTS / 2u) {
    return;
  }
  let pair = pairs[number];
  let first = 9u * image;
  let across = vec3f(rotations[first], rotations[first + 1u], rotations[first + 2u]);
  let down = vec3f(rotations[first + 3u], rotations[first + 4u], rotations[first + 5u]);
  let point = pair.x * across + pair.y * down;
  write_rows(image, number, point, shifted(image, number, pair), transfer_at(image, pair));
}
