// The field's values are Hartley values on the whole ball.
fn of_values(k: vec3i, own_mirror: bool) -> vec2f {
  let here = value_at(k);
  let there = value_at(-k);
  if (own_mirror) {
    return vec2f(here, 0.0);
  }
  return 0.5 * vec2f(here + there, there - here);
}
