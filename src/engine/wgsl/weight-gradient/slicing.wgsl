// How rows are cut: slice s holds rows s · slice_rows … ; inputs first_input … + inputs of the left factor are summed.
struct Slicing {
  rows: u32,
  slice_rows: u32,
  slices: u32,
  first_input: u32,
  inputs: u32,
}
