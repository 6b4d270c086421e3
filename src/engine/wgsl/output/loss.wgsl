// Residual of a row, its square, and the gradient of the network's values. Needs weights.wgsl; scaled.wgsl or unscaled.wgsl.
//   CHANNELS 2: (H at q, H at -q) = (Re - Im, Re + Im);  r = transfer * H - target;  dH = 2 w transfer r;
//   dRe = dH0 + dH1, dIm = dH1 - dH0.  CHANNELS 1: H is the value itself.
struct Chunk {
  rows: u32,
  // Row of the batch that is the chunk's first.
  first_row: u32,
  // 2 / (B P).
  weight: f32,
  unused: u32,
};
@group(0) @binding(0) var<uniform> chunk: Chunk;
// Of the whole batch, a row each: CHANNELS targets, the CTF.
@group(0) @binding(4) var<storage, read> targets: array<f32>;
@group(0) @binding(5) var<storage, read> transfers: array<f32>;

// (gradient of each value times the loss scale, sum of squares, 0); zeros beyond the last row.
fn judged(row: u32, sums: vec2f) -> vec4f {
  if (row >= chunk.rows) {
    return vec4f();
  }
  let values = with_bias(sums);
  let at = chunk.first_row + row;
  let transfer = transfers[at];
  let factor = chunk.weight * loss_scale() * transfer;
  if (CHANNELS == 2u) {
    let hartley = vec2f(values.x - values.y, values.x + values.y);
    let residual = transfer * hartley - vec2f(targets[2u * at], targets[2u * at + 1u]);
    let d = factor * residual;
    return vec4f(d.x + d.y, d.y - d.x, dot(residual, residual), 0.0);
  }
  let residual = transfer * values.x - targets[at];
  return vec4f(factor * residual, 0.0, residual * residual, 0.0);
}

// The gradient before the activation below, whose values are `activations`.
fn before_activation(gradient: vec4f, activations: vec4f) -> vec4f {
  return select(SLOPE * gradient, gradient, activations > vec4f());
}
