// Needs adam/state.wgsl with Flag u32.
@group(0) @binding(8) var<storage, read> training: TrainingState;

fn loss_scale() -> f32 {
  return training.loss_scale;
}
