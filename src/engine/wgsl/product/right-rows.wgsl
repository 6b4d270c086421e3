// The right factor of a product as it lies in memory: INPUTS × OUTPUTS.
@group(0) @binding(2) var<storage, read> right: array<vec4<scalar>>;

fn right4(row: u32, column4: u32) -> vec4<scalar> {
  return right[row * (OUTPUTS / 4u) + column4];
}
