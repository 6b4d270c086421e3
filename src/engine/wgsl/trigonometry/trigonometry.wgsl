// sin and cos of one phase in radians, |phase| up to some thousands, to float32's accuracy: WGSL promises 2^-11 only, and
// adapters differ. Reduced to |r| <= pi/4 by pi/2 in three parts (Cody & Waite 1980); minimax polynomials of r.
fn sine_cosine(phase: f32) -> vec2f {
  let quarter = round(phase * 0.63661977);
  var r = fma(quarter, -1.5703125, phase);
  r = fma(quarter, -4.837512969970703125e-4, r);
  r = fma(quarter, -7.549789948768648e-8, r);
  let s = r * r;
  let sine = fma(fma(fma(fma(2.6083159809786593541503e-06, s, -0.0001981069071916863322258), s, 0.00833307858556509017944336), s, -0.166666597127914428710938) * s, r, r);
  let cosine = fma(fma(fma(fma(-2.6051615464872668e-07, s, 2.4760495088926859e-05), s, -0.0013888377661039897), s, 0.041666638865338612) * s - 0.5, s, 1.0);
  let turn = i32(quarter) & 3;
  let swapped = (turn & 1) == 1;
  let a = select(sine, cosine, swapped);
  let b = select(cosine, sine, swapped);
  return vec2f(select(a, -a, turn >= 2), select(b, -b, turn == 1 || turn == 2));
}
