// Products of an image's slices u_0 ... and of itself, u_FACTORS, with each other: rows FIRST_ROW ... END_ROW - 1 of their lower triangle,
// 2 sum w Re(conj(u_a) u_b). An invocation takes every LANES-th point of an image; joined.wgsl adds what they leave, in order.
struct Part {
  images: u32,
  first_image: u32,
  points: u32,
  rings: u32,
}
@group(0) @binding(0) var<uniform> part: Part;
// images x FACTORS x n.
@group(0) @binding(1) var<storage, read> slices: array<vec2f>;
// Of all images, x n.
@group(0) @binding(2) var<storage, read> values: array<vec2f>;
// Ring of each point.
@group(0) @binding(3) var<storage, read> ring_of: array<u32>;
// groups x rings, 1/sigma^2.
@group(0) @binding(4) var<storage, read> precisions: array<f32>;
// Of all images.
@group(0) @binding(5) var<storage, read> group_of: array<u32>;
// images x LANES x SUMS.
@group(0) @binding(6) var<storage, read_write> partials: array<f32>;

fn factor_at(a: u32, number: u32, point: u32) -> vec2f {
  if (a == FACTORS) {
    return values[(part.first_image + number) * part.points + point];
  }
  return slices[(number * FACTORS + a) * part.points + point];
}

@compute @workgroup_size(64)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let at = (group.y * groups.x + group.x) * 64u + local;
  let number = at / LANES;
  if (number >= part.images) {
    return;
  }
  let own = group_of[part.first_image + number] * part.rings;
  // unroll a in FIRST_ROW..END_ROW
  // unroll b in 0..$a
  var sum_$a_$b = 0.0;
  // end
  var sum_$a_$a = 0.0;
  // end
  for (var point = at % LANES; point < part.points; point += LANES) {
    let weight = 2.0 * precisions[own + ring_of[point]];
    // unroll a in 0..END_ROW
    let u_$a = factor_at(u32($a), number, point);
    // end
    // unroll a in FIRST_ROW..END_ROW
    let v_$a = weight * u_$a;
    // unroll b in 0..$a
    sum_$a_$b += dot(v_$a, u_$b);
    // end
    sum_$a_$a += dot(v_$a, u_$a);
    // end
  }
  var out = at * SUMS;
  // unroll a in FIRST_ROW..END_ROW
  // unroll b in 0..$a
  partials[out] = sum_$a_$b;
  out++;
  // end
  partials[out] = sum_$a_$a;
  out++;
  // end
}
