// Images added to the sums of a grid, gathered: each grid point looks for the points of each image that lie within a step along each
// axis, weighs them trilinearly, and adds image after image in their order in registers; nothing is written by two. A workgroup a tile
// of 4^3 points. Of an image only three sums, of (w c y, w c^2), hang on the point; the planes of sums are those times the image's moments.
// Needs of each four planes share_0 ..., which of the three they take, and keep_0 ..., which adds them to their banks (gather-source.ts).
struct Part {
  first_tile: u32,
  tiles: u32,
  words: u32,
  // vec4f of an image's row of planes, and where the moments of this pass begin in it.
  stride: u32,
  moments: u32,
  band: i32,
  base: i32,
  // Places of a plane of sums.
  places: u32,
  // 1: what lies in the sums is nothing.
  fresh: u32,
}
@group(0) @binding(0) var<uniform> part: Part;
// tiles x (origin, words of 32 images).
@group(0) @binding(1) var<storage, read> marks: array<u32>;
// B x (normal, u, v, a, b, moments), as image-planes.ts has them.
@group(0) @binding(2) var<storage, read> planes: array<vec4f>;
// B x (band + 1) x (2 band + 1).
@group(0) @binding(3) var<storage, read> weighted: array<vec4f>;
// unroll b in 0..BANKS
@group(0) @binding(4 + $b) var<storage, read_write> bank_$b: array<f32>;
// end

// (w c y, w c^2) at a whole k of the plane, both halves of it.
fn weighted_at(image: u32, k: vec2i) -> vec3f {
  let opposite = k.y > 0;
  let at = select(k, -k, opposite) + part.band;
  let columns = 2 * part.band + 1;
  let cell = weighted[image * u32((part.band + 1) * columns) + u32(at.y * columns + at.x)];
  return vec3f(cell.x, select(cell.y, -cell.y, opposite), cell.z);
}

// Of a point and its opposite the one above z = 0 counts, in it that of the half plane.
fn counts(k: vec2i, z: f32) -> bool {
  return z > 0.0 || (z == 0.0 && (k.y < 0 || (k.y == 0 && k.x < 0)));
}

fn near(image: u32, grid: vec3f) -> vec3f {
  let row = image * part.stride;
  let across = planes[row + 3u].xyz;
  let down = planes[row + 4u].xyz;
  let middle = vec2f(dot(planes[row + 1u].xyz, grid), dot(planes[row + 2u].xyz, grid));
  let first = vec2i(floor(middle)) - i32(WINDOW / 2u - 1u);
  var sum = vec3f();
  for (var y = 0; y < i32(WINDOW); y++) {
    for (var x = 0; x < i32(WINDOW); x++) {
      let k = first + vec2i(x, y);
      let place = f32(k.x) * across + f32(k.y) * down;
      let shares = max(vec3f(), 1.0 - abs(place - grid));
      let share = shares.x * shares.y * shares.z;
      if (share > 0.0 && all(abs(k) <= vec2i(part.band)) && counts(k, place.z)) {
        sum += share * weighted_at(image, k);
      }
    }
  }
  return sum;
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let number = group.y * groups.x + group.x;
  if (number >= part.tiles) {
    return;
  }
  let tile = part.first_tile + number;
  let row = tile * (1u + part.words);
  let packed = marks[row];
  let least = 4 * vec3i(vec3u(packed & 1023u, (packed >> 10u) & 1023u, packed >> 20u)) - vec3i(part.base, part.base, 0);
  let grid = vec3f(least + vec3i(vec3u(local & 3u, (local >> 2u) & 3u, local >> 4u)));
  // unroll g in 0..FOURS
  var total_$g = vec4f();
  // end
  var met = part.fresh == 1u;
  for (var word = 0u; word < part.words; word++) {
    var left = marks[row + 1u + word];
    met = met || left != 0u;
    while (left != 0u) {
      let image = 32u * word + firstTrailingBit(left);
      left &= left - 1u;
      if (abs(dot(planes[image * part.stride].xyz, grid)) < 1.0001) {
        let sum = near(image, grid);
        let moments = image * part.stride + part.moments;
        // unroll g in 0..FOURS
        total_$g = fma(planes[moments + u32($g)], share_$g(sum), total_$g);
        // end
      }
    }
  }
  if (!met) {
    return;
  }
  let place = tile * 64u + local;
  // unroll g in 0..FOURS
  keep_$g(place, total_$g);
  // end
}
