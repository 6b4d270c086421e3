// The left factor of a product as it lies in memory: rows × INPUTS (padded) scalars. Binding 1 is free.
@group(0) @binding(0) var<storage, read> left: array<vec4<scalar>>;

// Columns 4·column4 … + 3 of a row.
fn left4(row: u32, column4: u32) -> vec4<scalar> {
  return left[row * (INPUTS / 4u) + column4];
}
