// Two mirrored lattice points k, -k of one image: their Hartley values moved by the image's shift, and the CTF there.
//   H'(k) = cos(2 pi k.t) H(k) + sin(2 pi k.t) H(-k);  CTF(k) = CTF(-k) = sin(phase), a polynomial of k. Needs
// trigonometry.wgsl. Phases are counted in turns: factors are cut into 12 bits and a rest, so that the large product is
// exact, and whole turns fall off before sines are taken. An invocation a pair, a workgroup within one image.
struct Batch { images: u32, workgroups: u32 };
// x, y in cycles a pixel; |k|^2 in (cycles a pixel)^2 as its first 12 bits and the rest; k in Fourier pixels; the pair's
// place in the encoder's input.
struct Pair { x: f32, y: f32, square: f32, square_rest: f32, column: f32, row: f32, slot: u32, unused: u32 };
@group(0) @binding(0) var<uniform> batch: Batch;
// P/2.
@group(0) @binding(1) var<storage, read> pairs: array<Pair>;
// B x P.
@group(0) @binding(2) var<storage, read> images: array<f32>;
// B x 2, fraction of the box.
@group(0) @binding(3) var<storage, read> translations: array<vec2f>;
// B x (round, even, odd, fourth), (constant, rest of round, 0, 0), turns; one more where transfer-optics.wgsl reads them.
@group(0) @binding(4) var<storage, read> polynomials: array<vec4f>;

const TURN: f32 = 6.2831853;

fn first_bits(value: vec2f) -> vec2f {
  return bitcast<vec2f>(bitcast<vec2u>(value) & vec2u(0xfffff000u));
}

// Values at k and at -k.
fn shifted(image: u32, number: u32, pair: Pair) -> vec2f {
  let values = vec2f(images[image * POINTS + number], images[image * POINTS + POINTS - 1u - number]);
  if (!SHIFTED) {
    return values;
  }
  let shift = translations[image];
  let coarse = first_bits(shift);
  let k = vec2f(pair.column, pair.row);
  let products = k * coarse;
  let whole = products - round(products);
  let turns = whole.x + whole.y + dot(k, shift - coarse);
  let wave = sine_cosine(TURN * turns);
  return vec2f(wave.y * values.x + wave.x * values.y, wave.y * values.y - wave.x * values.x);
}
