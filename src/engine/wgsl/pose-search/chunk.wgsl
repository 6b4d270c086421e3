// The sizes of a product as numbers, its right factor in rows, and where its sums go. All in vec4f: widths are multiples of
// four. Stands for product/sizes, right-rows and epilogue.
struct Chunk {
  rows: u32,
  inputs4: u32,
  outputs4: u32,
  column_tiles: u32,
  // From one row to the next; the first column of the left factor that counts, and of the result.
  left_stride4: u32,
  left_first4: u32,
  right_stride4: u32,
  out_stride4: u32,
  out_first4: u32,
  // register.wgsl asks for splits of the inputs: all are one.
  splits: u32,
  first_split: u32,
}
@group(0) @binding(6) var<uniform> chunk: Chunk;
@group(0) @binding(2) var<storage, read> right: array<vec4f>;
@group(0) @binding(5) var<storage, read_write> out: array<vec4f>;

fn inputs4() -> u32 {
  return chunk.inputs4;
}

fn outputs4() -> u32 {
  return chunk.outputs4;
}

fn column_tiles() -> u32 {
  return chunk.column_tiles;
}

fn right4(row: u32, column4: u32) -> vec4f {
  return right[row * chunk.right_stride4 + column4];
}

fn finish(row: u32, column4: u32, sum: vec4f) {
  let at = row * chunk.out_stride4 + chunk.out_first4 + column4;
  // unroll one in 0..ADDING
  out[at] = out[at] + sum;
  // end
  // unroll one in ADDING..1
  out[at] = sum;
  // end
}
