// How sums leave the subgroup-matrix unit M × N × K: STAGED results side by side, M rows of STAGED × N numbers in workgroup
// memory, go to a subgroup's invocations, which do the epilogue on neighbouring columns. Needs staged4 and finish.
alias Left = subgroup_matrix_left<scalar, K, M>;
alias Right = subgroup_matrix_right<scalar, N, K>;
alias Result = subgroup_matrix_result<f32, N, M>;

const THREADS: u32 = DOWN * ACROSS * SUBGROUP;
const COLUMNS4: u32 = TILE_COLUMNS / 4u;
// Floats of a staged row, four longer for the banks; of all of a subgroup's.
const STAGE_STRIDE: u32 = STAGED * N + 4u;
const STAGE: u32 = M * STAGE_STRIDE;

fn finish_staged(subgroup: u32, lane: u32, row: u32, column4: u32) {
  for (var number = lane; number < M * STAGED * N / 4u; number += SUBGROUP) {
    let down = number / (STAGED * N / 4u);
    let across = number % (STAGED * N / 4u);
    if (column4 + across < OUTPUTS / 4u) {
      finish(row + down, column4 + across, staged4((subgroup * STAGE + down * STAGE_STRIDE) / 4u + across));
    }
  }
}
