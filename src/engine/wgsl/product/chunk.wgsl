// Which rows of the batch, and which part of the inputs, a dispatch works on.
struct Chunk {
  // Rows of the product; the first one's number within the batch; rows of an image.
  rows: u32,
  first_row: u32,
  rows_per_image: u32,
  // Splits of the inputs that this dispatch takes: the first one's number, how many.
  first_split: u32,
  splits: u32,
}
@group(0) @binding(6) var<uniform> chunk: Chunk;
