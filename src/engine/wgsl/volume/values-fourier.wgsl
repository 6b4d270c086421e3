// The field's values are Re and Im on the first half of the ball.
fn of_values(k: vec3i, own_mirror: bool) -> vec2f {
  let direct = in_half(k);
  let f = value_at(select(-k, k, direct));
  if (own_mirror) {
    return vec2f(f.x - f.y, 0.0);
  }
  return vec2f(f.x, select(-f.y, f.y, direct));
}
