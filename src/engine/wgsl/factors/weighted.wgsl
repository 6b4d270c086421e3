// Images as they are added to a grid: (w c y, w c^2) at the whole points of half their plane, rows y = -band ... 0 of x = -band ... band, zero
// outside the band and at the origin; in the row y = 0 both halves, conjugates of each other. An invocation a cell of an image.
struct Part {
  images: u32,
  first_image: u32,
  points: u32,
  rings: u32,
  cells: u32,
}
@group(0) @binding(0) var<uniform> part: Part;
// Of each cell its point, and 2^31 more where it is that point's opposite; all ones for none.
@group(0) @binding(1) var<storage, read> point_of: array<u32>;
@group(0) @binding(2) var<storage, read> ring_of: array<u32>;
// Of all images, x n.
@group(0) @binding(3) var<storage, read> values: array<vec2f>;
@group(0) @binding(4) var<storage, read> transfers: array<f32>;
// groups x rings, 1/sigma^2.
@group(0) @binding(5) var<storage, read> precisions: array<f32>;
// Of all images.
@group(0) @binding(6) var<storage, read> group_of: array<u32>;
// Of all images, x cells.
@group(0) @binding(7) var<storage, read_write> weighted: array<vec4f>;

const OPPOSITE: u32 = 0x80000000u;
const NONE: u32 = 0xffffffffu;

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let number = at / part.cells;
  if (number >= part.images) {
    return;
  }
  let word = point_of[at % part.cells];
  var cell = vec4f();
  if (word != NONE) {
    let point = word & ~OPPOSITE;
    let image = part.first_image + number;
    let row = image * part.points + point;
    let transfer = transfers[row];
    let weight = transfer * precisions[group_of[image] * part.rings + ring_of[point]];
    let value = weight * values[row];
    cell = vec4f(value.x, select(value.y, -value.y, (word & OPPOSITE) != 0u), weight * transfer, 0.0);
  }
  weighted[part.first_image * part.cells + at] = cell;
}
