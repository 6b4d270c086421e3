// A sum that is done: where the gradient was multiplied by the loss scale (SCALED) it is divided by it, and a sum that is
// not finite is told, so that Adam leaves the step out. Needs adam/state.wgsl with Flag = atomic<u32>.
// unroll only in 0..SCALED
@group(0) @binding(7) var<storage, read_write> state: TrainingState;
// end

fn finished(sum: vec4f) -> vec4f {
  // unroll only in 0..SCALED
  // By bits: compilers may take numbers for finite.
  if (any((bitcast<vec4u>(sum) & vec4u(0x7f800000u)) == vec4u(0x7f800000u))) {
    atomicStore(&state.overflow, 1u);
  }
  return sum * state.inverse_scale;
  // end
  // unroll only in SCALED..1
  return sum;
  // end
}
