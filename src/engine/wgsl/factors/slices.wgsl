// Slices of CUBES half cubes at the points of images, times the transfer: u = c.A f. Trilinear between rows of the cube; a point
// below z = 0 is read at its opposite and conjugated. An invocation a point of an image.
struct Part {
  images: u32,
  first_image: u32,
  points: u32,
  // Maps of the batch, and the first of those here.
  factors: u32,
  first_factor: u32,
  side: i32,
  reach: i32,
}
@group(0) @binding(0) var<uniform> part: Part;
// n x (x, y), whole Fourier pixels.
@group(0) @binding(1) var<storage, read> points: array<vec2f>;
// Steps of the grid for (1, 0) and (0, 1), of all images.
@group(0) @binding(2) var<storage, read> axes: array<vec4f>;
// Number of the coefficient at x = 0 of each row [z][y + reach].
@group(0) @binding(3) var<storage, read> row_starts: array<i32>;
// All images x n.
@group(0) @binding(4) var<storage, read> transfers: array<f32>;
// images x factors x n.
@group(0) @binding(5) var<storage, read_write> slices: array<vec2f>;
// unroll c in 0..CUBES
@group(0) @binding(6 + $c) var<storage, read> cube_$c: array<vec2f>;
// end

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = (group.y * groups.x + group.x) * 64u + lane;
  let number = at / part.points;
  if (number >= part.images) {
    return;
  }
  let point = at % part.points;
  let image = part.first_image + number;
  let k = points[point];
  let given = k.x * axes[2u * image].xyz + k.y * axes[2u * image + 1u].xyz;
  let below = given.z < 0.0;
  let place = select(given, -given, below);
  let least = floor(place);
  let along = place - least;
  let cell = vec3i(least);
  let row = cell.z * part.side + cell.y + part.reach;
  let near = u32(row_starts[row] + cell.x);
  let near_next = u32(row_starts[row + 1] + cell.x);
  let far = u32(row_starts[row + part.side] + cell.x);
  let far_next = u32(row_starts[row + part.side + 1] + cell.x);
  let transfer = transfers[image * part.points + point];
  let factor = vec2f(transfer, select(transfer, -transfer, below));
  let out = (number * part.factors + part.first_factor) * part.points + point;
  // unroll c in 0..CUBES
  let low_$c = mix(
    mix(cube_$c[near], cube_$c[near + 1u], along.x),
    mix(cube_$c[near_next], cube_$c[near_next + 1u], along.x),
    along.y,
  );
  let high_$c = mix(
    mix(cube_$c[far], cube_$c[far + 1u], along.x),
    mix(cube_$c[far_next], cube_$c[far_next + 1u], along.x),
    along.y,
  );
  slices[out + u32($c) * part.points] = factor * mix(low_$c, high_$c, along.z);
  // end
}
