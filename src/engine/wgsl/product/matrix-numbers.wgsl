// Workgroup memory of a product by the matrix unit, number by number, for drivers that read arrays of vectors wrongly. Results
// are of another type, so they have memory of their own.
const PER_FOUR: u32 = 4u;

var<workgroup> memory: array<scalar, 4u * MEMORY>;
var<workgroup> results: array<f32, DOWN * ACROSS * M * (STAGED * N + 4u)>;

fn keep(at4: u32, four: vec4<scalar>) {
  // unroll i in 0..4
  memory[4u * at4 + $i] = four[$i];
  // end
}

// Where a subgroup's part begins is the same for all its invocations, which the compiler cannot see.
@diagnostic(off, chromium.subgroup_matrix_uniformity)
fn stage(at: u32, sums: Result) {
  subgroupMatrixStore<row_major>(&results, at, sums, STAGE_STRIDE);
}

// Floats 4·at4 … + 3 of what was staged.
fn staged4(at4: u32) -> vec4f {
  let at = 4u * at4;
  return vec4f(results[at], results[at + 1u], results[at + 2u], results[at + 3u]);
}
