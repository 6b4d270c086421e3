// The rate of the subgroup-matrix unit M × N × K: CHAINS independent products D <- A·B + D a subgroup, `rounds` times. A, B
// of `component`, D of `result`; read once, written at the end. Threads of a workgroup: one subgroup.
@group(0) @binding(0) var<uniform> rounds: vec4u;
// A: M × K row-major; B: K × N row-major.
@group(0) @binding(1) var<storage, read> left: array<component>;
@group(0) @binding(2) var<storage, read> right: array<component>;
// SLOTS × CHAINS products of M × N; workgroups share slots, with the same numbers.
@group(0) @binding(3) var<storage, read_write> product: array<result>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u) {
  let a = subgroupMatrixLoad<subgroup_matrix_left<component, K, M>, row_major>(&left, 0u, K);
  let b = subgroupMatrixLoad<subgroup_matrix_right<component, N, K>, row_major>(&right, 0u, N);
  // unroll c in 0..CHAINS
  var d_$c: subgroup_matrix_result<result, N, M>;
  // end
  for (var round = 0u; round < rounds.x; round++) {
    // unroll c in 0..CHAINS
    d_$c = subgroupMatrixMultiplyAccumulate(a, b, d_$c);
    // end
  }
  // unroll c in 0..CHAINS
  subgroupMatrixStore<row_major>(&product, ((group.x % SLOTS) * CHAINS + $c) * M * N, d_$c, N);
  // end
}
