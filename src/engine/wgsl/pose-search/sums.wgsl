// What the posterior of an image needs of its errors e, some or all: the least, where it is, and sums relative to it with
// w = exp((least - e) / variance).
struct Sums {
  least: f32,
  // Of w, w^2 and w (e - least).
  total: f32,
  squares: f32,
  excess: f32,
  // Where the least is: the slice, then the translation.
  column: u32,
  translation: u32,
}
