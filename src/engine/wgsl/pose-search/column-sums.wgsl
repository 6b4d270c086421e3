// Sums of the errors of one image and slice over all translations. Needs sums.wgsl.
struct Part {
  images: u32,
  translations: u32,
  columns: u32,
  stride: u32,
  inverse_variance: f32,
}
@group(0) @binding(0) var<uniform> part: Part;
// (images x translations) x stride.
@group(0) @binding(1) var<storage, read> crosses: array<f32>;
// images x stride.
@group(0) @binding(2) var<storage, read> norms: array<f32>;
// images x columns.
@group(0) @binding(3) var<storage, read_write> sums: array<Sums>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let image = at / part.columns;
  if (image >= part.images) {
    return;
  }
  let column = at % part.columns;
  let norm = norms[image * part.stride + column];
  let first = image * part.translations * part.stride + column;
  var here = Sums(norm - 2.0 * crosses[first], 1.0, 1.0, 0.0, column, 0u);
  for (var t = 1u; t < part.translations; t++) {
    let error = norm - 2.0 * crosses[first + t * part.stride];
    let above = error - here.least;
    let weight = exp(-abs(above) * part.inverse_variance);
    if (above < 0.0) {
      here.excess = weight * (here.excess - above * here.total);
      here.total = fma(weight, here.total, 1.0);
      here.squares = fma(weight * weight, here.squares, 1.0);
      here.least = error;
      here.translation = t;
    } else {
      here.total += weight;
      here.squares = fma(weight, weight, here.squares);
      here.excess = fma(weight, above, here.excess);
    }
  }
  sums[at] = here;
}
