// Fourier sums of 2, 3, 4, 5, 7 and 8 numbers in a thread's registers: X[q] = sum of a[n] exp(DIRECTION 2 pi i nq / R).
// Complex numbers are vec2f (Re, Im). DIRECTION is -1 forward, 1 for the inverse (no division).
fn times(a: vec2f, b: vec2f) -> vec2f {
  return vec2f(fma(a.x, b.x, -a.y * b.y), fma(a.x, b.y, a.y * b.x));
}

// a times DIRECTION i.
fn quarter(a: vec2f) -> vec2f {
  return DIRECTION * vec2f(-a.y, a.x);
}

fn butterfly_2(a: array<vec2f, 2>) -> array<vec2f, 2> {
  return array(a[0] + a[1], a[0] - a[1]);
}

fn butterfly_3(a: array<vec2f, 3>) -> array<vec2f, 3> {
  let even = a[1] + a[2];
  let odd = quarter(0.8660254037844386 * (a[1] - a[2]));
  let middle = a[0] - 0.5 * even;
  return array(a[0] + even, middle + odd, middle - odd);
}

fn butterfly_4(a: array<vec2f, 4>) -> array<vec2f, 4> {
  let b = a[0] + a[2];
  let c = a[0] - a[2];
  let d = a[1] + a[3];
  let e = quarter(a[1] - a[3]);
  return array(b + d, c + e, b - d, c - e);
}

fn butterfly_5(a: array<vec2f, 5>) -> array<vec2f, 5> {
  let b = a[1] + a[4];
  let c = a[2] + a[3];
  let d = a[1] - a[4];
  let e = a[2] - a[3];
  let even_1 = a[0] + 0.30901699437494745 * b - 0.8090169943749475 * c;
  let even_2 = a[0] - 0.8090169943749475 * b + 0.30901699437494745 * c;
  let odd_1 = quarter(0.9510565162951535 * d + 0.5877852522924731 * e);
  let odd_2 = quarter(0.5877852522924731 * d - 0.9510565162951535 * e);
  return array(a[0] + b + c, even_1 + odd_1, even_2 + odd_2, even_2 - odd_2, even_1 - odd_1);
}

fn butterfly_7(a: array<vec2f, 7>) -> array<vec2f, 7> {
  const C1 = 0.6234898018587336;
  const C2 = -0.2225209339563144;
  const C3 = -0.9009688679024191;
  const S1 = 0.7818314824680298;
  const S2 = 0.9749279121818236;
  const S3 = 0.4338837391175582;
  let b = a[1] + a[6];
  let c = a[2] + a[5];
  let d = a[3] + a[4];
  let e = a[1] - a[6];
  let f = a[2] - a[5];
  let g = a[3] - a[4];
  let even_1 = a[0] + C1 * b + C2 * c + C3 * d;
  let even_2 = a[0] + C2 * b + C3 * c + C1 * d;
  let even_3 = a[0] + C3 * b + C1 * c + C2 * d;
  let odd_1 = quarter(S1 * e + S2 * f + S3 * g);
  let odd_2 = quarter(S2 * e - S3 * f - S1 * g);
  let odd_3 = quarter(S3 * e - S1 * f + S2 * g);
  return array(a[0] + b + c + d, even_1 + odd_1, even_2 + odd_2, even_3 + odd_3, even_3 - odd_3, even_2 - odd_2, even_1 - odd_1);
}

fn butterfly_8(a: array<vec2f, 8>) -> array<vec2f, 8> {
  let even = butterfly_4(array(a[0], a[2], a[4], a[6]));
  let odd = butterfly_4(array(a[1], a[3], a[5], a[7]));
  // Odd ones times exp(DIRECTION i pi q / 4).
  let b = 0.7071067811865476 * (odd[1] + quarter(odd[1]));
  let c = quarter(odd[2]);
  let d = 0.7071067811865476 * (quarter(odd[3]) - odd[3]);
  return array(even[0] + odd[0], even[1] + b, even[2] + c, even[3] + d, even[0] - odd[0], even[1] - b, even[2] - c, even[3] - d);
}
