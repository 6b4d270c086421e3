// What steps hand on to each other on the device (adam/state.ts). Flag: atomic<u32> where kernels set it, u32 where they read.
struct TrainingState {
  loss_scale: f32, // gradients of rows are multiplied by it
  inverse_scale: f32,
  good_steps: u32, // since the scale last changed
  overflow: Flag, // a sum of this step was not finite
  steps: u32, // of Adam
  skip: u32, // 1: Adam leaves this step out
  inverse_first: f32, // 1 / (1 − β1^steps)
  inverse_second: f32, // 1 / √(1 − β2^steps)
  growing: u32, // 1: the scale doubles after GOOD_STEPS steps
  left_out: u32, // steps in a row, up to the last one
}
