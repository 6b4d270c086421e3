// How rows are cut: splits of split_rows rows, image_splits of them for each image; where images are not told apart, one image
// of all rows.
struct RowSplits {
  rows: u32,
  split_rows: u32,
  splits: u32,
  first_input: u32,
  inputs: u32,
  image_splits: u32,
  image_rows: u32,
  skipped: u32, // rows of the first image that lie before these
  first_image: u32, // its row in the sums by image
}

fn split_begin(split: u32) -> u32 {
  let image = split / row_splits.image_splits;
  let first = max(image * row_splits.image_rows, row_splits.skipped) - row_splits.skipped;
  return first + split % row_splits.image_splits * row_splits.split_rows;
}

// Not after split_begin where an image ends with the split before.
fn split_end(split: u32) -> u32 {
  let image = split / row_splits.image_splits;
  let last = min((image + 1u) * row_splits.image_rows - row_splits.skipped, row_splits.rows);
  return min(last, split_begin(split) + row_splits.split_rows);
}
