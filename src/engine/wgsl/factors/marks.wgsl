// Which images' planes come near which tiles of the grid: a bit an image, in their order. A row is the tile's origin and then words of
// 32 images. An invocation a word of a tile.
struct Part {
  tiles: u32,
  images: u32,
  words: u32,
  // vec4f of an image's row of planes.
  stride: u32,
  base: f32,
}
@group(0) @binding(0) var<uniform> part: Part;
// tx, ty, tz of ten bits each.
@group(0) @binding(1) var<storage, read> origins: array<u32>;
// The first of an image's row is its normal, of 1-norm 1.
@group(0) @binding(2) var<storage, read> planes: array<vec4f>;
// tiles x (1 + words).
@group(0) @binding(3) var<storage, read_write> marks: array<u32>;

// A grid point is met within 1 of its plane, in units of the 1-norm; a tile reaches 1.5 to each side of its middle.
const MET: f32 = 2.501;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let tile = at / part.words;
  if (tile >= part.tiles) {
    return;
  }
  let word = at % part.words;
  let packed = origins[tile];
  let least = 4.0 * vec3f(vec3u(packed & 1023u, (packed >> 10u) & 1023u, packed >> 20u));
  let middle = least + 1.5 - vec3f(part.base, part.base, 0.0);
  let first = 32u * word;
  let end = min(first + 32u, part.images);
  var bits = 0u;
  for (var image = first; image < end; image++) {
    let near = abs(dot(planes[image * part.stride].xyz, middle)) < MET;
    bits |= select(0u, 1u, near) << (image - first);
  }
  let row = tile * (1u + part.words);
  if (word == 0u) {
    marks[row] = packed;
  }
  marks[row + 1u + word] = bits;
}
