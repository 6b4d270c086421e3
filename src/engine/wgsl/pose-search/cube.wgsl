// Trilinear value of a volume's Fourier cube at k in Fourier pixels: step oversampling.k + reach of each axis, zero outside.
// side^3 (Re, Im) [z][y][x].
@group(0) @binding(5) var<storage, read> cube: array<vec2f>;

fn line_at(at: u32, along: f32) -> vec2f {
  return mix(cube[at], cube[at + 1u], along);
}

fn cube_value(k: vec3f, oversampling: f32, reach: f32, side: u32) -> vec2f {
  let at = k * oversampling + reach;
  let least = floor(at);
  if (any(least < vec3f()) || any(least + 1.0 >= vec3f(f32(side)))) {
    return vec2f();
  }
  let along = at - least;
  let first = vec3u(least);
  let corner = (first.z * side + first.y) * side + first.x;
  let above = corner + side * side;
  let low = mix(line_at(corner, along.x), line_at(corner + side, along.x), along.y);
  let high = mix(line_at(above, along.x), line_at(above + side, along.x), along.y);
  return mix(low, high, along.z);
}
