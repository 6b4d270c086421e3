// Of a layer whose gradient `left` is: the gradient of its weights, Σ belowᵀ·left over few rows, and of its bias, four inputs ×
// four outputs an invocation.
@group(0) @binding(5) var<storage, read_write> weights: array<vec4f>; // outputs × inputs
@group(0) @binding(6) var<storage, read_write> bias_sums: array<vec4f>; // inputs

fn sum_weights(number: u32) {
  let n4 = number % sizes.inputs4;
  let m4 = number / sizes.inputs4;
  if (m4 >= sizes.outputs4) {
    return;
  }
  // unroll c in 0..4
  var sum_$c = vec4f();
  // end
  var total = vec4f();
  for (var row = 0u; row < sizes.rows; row++) {
    let a = below[row * sizes.outputs4 + m4];
    let b = left[row * sizes.inputs4 + n4];
    // unroll c in 0..4
    sum_$c = fma(vec4f(a[$c]), b, sum_$c);
    // end
    total += b;
  }
  // unroll c in 0..4
  weights[(4u * m4 + $c) * sizes.inputs4 + n4] = sum_$c;
  // end
  if (m4 == 0u) {
    bias_sums[n4] = total;
  }
}
