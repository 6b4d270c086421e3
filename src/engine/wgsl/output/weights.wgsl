// The last layer as the kernels read it. INPUTS: its padded width; CHANNELS: 1 or 2.
// rows x INPUTS, activations of the last hidden layer.
@group(0) @binding(1) var<storage, read> left: array<vec4<scalar>>;
// CHANNELS x INPUTS.
@group(0) @binding(2) var<storage, read> weights: array<vec4f>;
// CHANNELS.
@group(0) @binding(3) var<storage, read> bias: array<f32>;

const INPUTS4: u32 = INPUTS / 4u;

// The network's values of a row from its sums: (Re, Im) or (H, -).
fn with_bias(sums: vec2f) -> vec2f {
  if (CHANNELS == 2u) {
    return sums + vec2f(bias[0], bias[CHANNELS - 1u]);
  }
  return vec2f(sums.x + bias[0], 0.0);
}
