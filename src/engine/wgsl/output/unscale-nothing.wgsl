fn unscale(sum: f32) -> f32 {
  return sum;
}
