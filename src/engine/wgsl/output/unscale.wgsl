@group(0) @binding(5) var<storage, read_write> training: TrainingState;

// Told by its bits: compilers may take it that nothing is infinite.
fn unscale(sum: f32) -> f32 {
  if ((bitcast<u32>(sum) & 0x7f800000u) == 0x7f800000u) {
    atomicStore(&training.overflow, 1u);
  }
  return sum * training.inverse_scale;
}
