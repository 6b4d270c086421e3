// What the caller sets for a step (adam/step.ts).
struct StepValues {
  learning_rate: f32,
  weight_decay: f32,
  beta: f32,
  kl_weight: f32, // 1 / (images · points)
  images: f32, // of the step
}
