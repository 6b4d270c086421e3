// Workgroup memory of a product by the matrix unit, in fours: the unit reads and writes arrays of vectors by what their bytes
// mean, so that a store takes four numbers at once and results lie where the factors were. HALVES: Staged is vec4<f16>.
const PER_FOUR: u32 = 1u;

var<workgroup> memory: array<Staged, MEMORY>;

fn keep(at4: u32, four: vec4<scalar>) {
  memory[at4] = Staged(four);
}

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn stage(at: u32, sums: Result) {
  // unroll one in 0..HALVES
  subgroupMatrixStore<row_major>(&memory, at / 2u, sums, STAGE_STRIDE / 2u);
  // end
  // unroll one in HALVES..1
  subgroupMatrixStore<row_major>(&memory, at / 4u, sums, STAGE_STRIDE / 4u);
  // end
}

// Floats 4·at4 … + 3 of what was staged.
fn staged4(at4: u32) -> vec4f {
  // unroll one in 0..HALVES
  return vec4f(bitcast<vec2f>(memory[2u * at4]), bitcast<vec2f>(memory[2u * at4 + 1u]));
  // end
  // unroll one in HALVES..1
  return vec4f(memory[at4]);
  // end
}
