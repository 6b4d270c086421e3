// The least error of each image and slice over the translations, the first of equals: neighbours read neighbouring slices.
struct Least {
  images: u32,
  translations: u32,
  // Of all translations, the first one here; those before it were seen already.
  first_translation: u32,
  columns: u32,
  stride: u32,
  // Where results go: the first image and slice of this chunk, slices an image has.
  first_image: u32,
  first_column: u32,
  all_columns: u32,
}
@group(0) @binding(0) var<uniform> part: Least;
// (images x translations) x stride.
@group(0) @binding(1) var<storage, read> crosses: array<f32>;
// images x stride.
@group(0) @binding(2) var<storage, read> norms: array<f32>;
@group(0) @binding(3) var<storage, read_write> errors: array<f32>;
@group(0) @binding(4) var<storage, read_write> translations: array<u32>;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let image = at / part.columns;
  if (image >= part.images) {
    return;
  }
  let column = at % part.columns;
  let norm = norms[image * part.stride + column];
  let to = (part.first_image + image) * part.all_columns + part.first_column + column;
  let first = image * part.translations * part.stride + column;
  var least = norm - 2.0 * crosses[first];
  var which = 0u;
  for (var t = 1u; t < part.translations; t++) {
    let error = norm - 2.0 * crosses[first + t * part.stride];
    which = select(which, t, error < least);
    least = min(error, least);
  }
  if (part.first_translation > 0u && errors[to] <= least) {
    return;
  }
  errors[to] = least;
  translations[to] = part.first_translation + which;
}
