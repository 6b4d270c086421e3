// The transfer of one image at a pair of points where more is known of its optics than its CTF (imaging/transfer.ts): the fourth
// power and the decay are of |Mk|^2, which is the square but for two parts; and what was applied to the image before.
// Needs shifted.wgsl.
// B x (round, even, odd, fourth), (constant, rest of round, even and odd part of the square), (scale, decay, applied, 0).
fn transfer_at(image: u32, pair: Pair) -> f32 {
  let powers = polynomials[3u * image];
  let rests = polynomials[3u * image + 1u];
  let more = polynomials[3u * image + 2u];
  let square = pair.square + pair.square_rest;
  let even = (pair.x - pair.y) * (pair.x + pair.y);
  let odd = pair.x * pair.y;
  let magnified = square + rests.z * even + rests.w * odd;
  let large = powers.x * pair.square;
  let rest = powers.x * pair.square_rest + rests.y * square
    + powers.y * even + powers.z * odd + powers.w * magnified * magnified + rests.x;
  let turns = large - round(large) + (rest - round(rest));
  let factor = more.x * exp(more.y * magnified);
  let ctf = sine_cosine(TURN * turns).x;
  if (more.z == 1.0) {
    return -factor * abs(ctf);
  }
  return select(factor * ctf, -factor * abs(factor) * ctf * ctf, more.z == 2.0);
}
