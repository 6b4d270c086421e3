// Sizes of a product that are known when it is compiled.
fn inputs4() -> u32 {
  return INPUTS / 4u;
}

fn outputs4() -> u32 {
  return OUTPUTS / 4u;
}

// Workgroups side by side.
fn column_tiles() -> u32 {
  return COLUMN_TILES;
}
