// The CTF of one image at a pair of points. Needs shifted.wgsl.
fn transfer_at(image: u32, pair: Pair) -> f32 {
  if (!WITH_CTF) {
    return 1.0;
  }
  let powers = polynomials[2u * image];
  let rests = polynomials[2u * image + 1u];
  let square = pair.square + pair.square_rest;
  let large = powers.x * pair.square;
  let rest = powers.x * pair.square_rest + rests.y * square
    + powers.y * (pair.x - pair.y) * (pair.x + pair.y) + powers.z * pair.x * pair.y
    + powers.w * square * square + rests.x;
  let turns = large - round(large) + (rest - round(rest));
  return sine_cosine(TURN * turns).x;
}
