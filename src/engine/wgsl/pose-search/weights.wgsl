// Cross terms become the posterior's weights where they lie, and their sums over translations beside them. Images up to a
// multiple of 16, rows of translations and columns up to the stride: zeros where there is none. Needs sums.wgsl.
struct Part {
  images: u32,
  padded_images: u32,
  translations: u32,
  columns: u32,
  stride: u32,
  first_image: u32,
  inverse_variance: f32,
}
@group(0) @binding(0) var<uniform> part: Part;
// (images x translations, to a multiple of 16) x stride.
@group(0) @binding(1) var<storage, read_write> crosses: array<f32>;
@group(0) @binding(2) var<storage, read> norms: array<f32>;
// Of all images.
@group(0) @binding(3) var<storage, read> sums: array<Sums>;
// padded_images x stride.
@group(0) @binding(4) var<storage, read_write> shares: array<f32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let image = at / part.stride;
  if (image >= part.padded_images) {
    return;
  }
  let column = at % part.stride;
  let rows = (part.images * part.translations + 15u) / 16u * 16u;
  let first = image * part.translations;
  let end = min(first + part.translations, rows);
  var share = 0.0;
  if (image < part.images && column < part.columns) {
    let all = sums[part.first_image + image];
    let norm = norms[image * part.stride + column];
    for (var row = first; row < end; row++) {
      let error = norm - 2.0 * crosses[row * part.stride + column];
      let weight = exp((all.least - error) * part.inverse_variance) / all.total;
      crosses[row * part.stride + column] = weight;
      share += weight;
    }
  } else {
    for (var row = first; row < end; row++) {
      crosses[row * part.stride + column] = 0.0;
    }
  }
  shares[at] = share;
}
