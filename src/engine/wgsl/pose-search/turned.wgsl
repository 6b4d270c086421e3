// Sine and cosine of 2 pi k.t/D. Phases are counted in turns: t/D is cut into 12 bits (xy) and a rest (zw), so that the
// large product with whole k is exact, and whole turns fall off before sines are taken. Needs trigonometry.wgsl.
const TURN: f32 = 6.2831853;

fn turned(k: vec2f, shift: vec4f) -> vec2f {
  let products = k * shift.xy;
  let rest = products - round(products);
  return sine_cosine(TURN * (rest.x + rest.y + dot(k, shift.zw)));
}
