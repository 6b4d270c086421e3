// How rows are cut: slices of slice_rows rows, image_slices of them for each image; where images are not told apart, one image
// of all rows.
struct Slicing {
  rows: u32,
  slice_rows: u32,
  slices: u32,
  first_input: u32,
  inputs: u32,
  image_slices: u32,
  image_rows: u32,
  skipped: u32, // rows of the first image that lie before these
  first_image: u32, // its row in the sums by image
}

fn slice_begin(slice: u32) -> u32 {
  let image = slice / slicing.image_slices;
  let first = max(image * slicing.image_rows, slicing.skipped) - slicing.skipped;
  return first + slice % slicing.image_slices * slicing.slice_rows;
}

// Not after slice_begin where an image ends with the slice before.
fn slice_end(slice: u32) -> u32 {
  let image = slice / slicing.image_slices;
  let last = min((image + 1u) * slicing.image_rows - slicing.skipped, slicing.rows);
  return min(last, slice_begin(slice) + slicing.slice_rows);
}
