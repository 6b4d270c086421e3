// Rows of real images to half spectra, two rows as the real and imaginary part of one line: windowed pixels in, columns
// kx = 0 .. COLUMNS - 1 of F[k] = sum of x[n] exp(-2 pi i kx n / SIZE) out. Pixels that are not finite raise their image's flag: they
// are told by their bits, since arithmetic may take them for something else.
@group(0) @binding(2) var<storage, read> images: array<u32>; // images x SIZE x SIZE: bits of float32
@group(0) @binding(3) var<storage, read> window: array<f32>; // SIZE x SIZE
@group(0) @binding(4) var<storage, read_write> spectra: array<vec2f>; // images x SIZE x COLUMNS
@group(0) @binding(5) var<storage, read_write> flags: array<atomic<u32>>; // images
@group(0) @binding(6) var<uniform> batch: vec4u; // images; bits of the scale

fn lines() -> u32 {
  return batch.x * (SIZE / 2);
}

fn pixel(image: u32, at: u32) -> f32 {
  let bits = images[image * (SIZE * SIZE) + at];
  if ((bits & 0x7f800000u) == 0x7f800000u) {
    atomicOr(&flags[image], 1u);
    return 0.0;
  }
  return bitcast<f32>(bits) * select(1.0, window[at], WINDOWED);
}

fn fetch(line: u32, n: u32) -> vec2f {
  let image = line / (SIZE / 2);
  let at = 2 * (line % (SIZE / 2)) * SIZE + n;
  return vec2f(pixel(image, at), pixel(image, at + SIZE));
}

// Lines 2r and 2r + 1 of the images' rows follow each other, so line l's pair of rows begins at row 2l of all.
fn finish(thread: u32, first: u32) {
  for (var n = thread; n < LINES * COLUMNS; n += THREADS) {
    let place = place_of(n, COLUMNS);
    if (first + place.x < lines()) {
      let a = shared_lines[RESULT + slot(place.x, place.y)];
      let b = shared_lines[RESULT + slot(place.x, (SIZE - place.y) % SIZE)];
      let at = 2 * (first + place.x) * COLUMNS + place.y;
      spectra[at] = 0.5 * vec2f(a.x + b.x, a.y - b.y);
      spectra[at + COLUMNS] = 0.5 * vec2f(a.y + b.y, b.x - a.x);
    }
  }
}
