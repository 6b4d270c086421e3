// sums[m][n] = sum over a split's rows of left[row][m] · gradient[row][n]: TILE × TILE sums a workgroup, EACH × EACH a
// thread, DEPTH rows at a time through workgroup memory, the next rows being fetched while these are multiplied. Both factors
// lie along their columns, so nothing is transposed. With HALF the products of TURN rows are added in float16, and those sums
// in float32. Bindings 0 and 1: encoding/left-*.wgsl.
@group(0) @binding(2) var<storage, read> gradient: array<vec4<scalar>>; // rows × OUTPUTS
@group(0) @binding(3) var<uniform> row_splits: RowSplits;

const QUADS = TILE / 4u; // of columns of a tile
const SIDE = TILE / EACH; // threads along a side
const BLOCK = DEPTH * QUADS;
var<workgroup> lefts: array<vec4<Staged>, 2u * BLOCK>;
var<workgroup> gradients: array<vec4<Staged>, 2u * BLOCK>;

// Sums of bias of the invocations, once the factors are not needed any more; in float32, where they lie in their memory.
// unroll only in 0..HALF
var<workgroup> biases: array<vec4f, THREADS>;

fn hold_bias(thread: u32, sum: vec4f) {
  biases[thread] = sum;
}

fn held_bias(thread: u32) -> vec4f {
  return biases[thread];
}
// end
// unroll only in HALF..1
fn hold_bias(thread: u32, sum: vec4f) {
  gradients[thread] = sum;
}

fn held_bias(thread: u32) -> vec4f {
  return gradients[thread];
}
// end

@compute @workgroup_size(THREADS)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  const ACROSS = (OUTPUTS + TILE - 1u) / TILE;
  let number = group.y * groups.x + group.x;
  let tiles = ACROSS * ((row_splits.inputs + TILE - 1u) / TILE);
  let split = number / tiles;
  if (split >= row_splits.splits) {
    return;
  }
  let tile = number % tiles;
  let first_m4 = tile / ACROSS * QUADS; // within the range of inputs
  let first_n4 = tile % ACROSS * QUADS;
  let begin = split_begin(split);
  let end = split_end(split);

  // What this thread fetches: always the same columns.
  let column4 = thread % QUADS;
  let fetch_row = thread / QUADS;
  let m4 = first_m4 + column4;
  let n4 = first_n4 + column4;
  let m_inside = m4 < row_splits.inputs / 4u;
  let n_inside = n4 < OUTPUTS / 4u;
  var bias_sum = vec4f();
  // unroll l in 0..LOADS
  var left_$l = vec4<Staged>();
  var gradient_$l = vec4<Staged>();
  // end

  // What it multiplies: a subgroup of 32 covers 8 × 4 threads of the tile, so that it reads few different vectors.
  let lane = thread % 32u;
  let across = thread / 32u % (SIDE / 8u) * 8u + lane % 8u;
  let down = thread / 32u / (SIDE / 8u) * 4u + lane / 8u;
  // unroll q in 0..EACH/4
  // unroll c in 0..4
  // unroll h in 0..EACH/4
  var sum_$q_$c_$h = vec4f();
  // end
  // end
  // end

  var buffer = 0u;
  // The first turn only fetches.
  for (var row = begin; row < end + DEPTH; row += DEPTH) {
    // unroll l in 0..LOADS
    left_$l = vec4<Staged>();
    gradient_$l = vec4<Staged>();
    let row_$l = row + fetch_row + $l * (THREADS / QUADS);
    if (row_$l < end) {
      if (m_inside) {
        left_$l = vec4<Staged>(left4(row_$l, row_splits.first_input / 4u + m4));
      }
      if (n_inside) {
        gradient_$l = vec4<Staged>(gradient[row_$l * (OUTPUTS / 4u) + n4]);
      }
    }
    // end
    if (row > begin) {
      let a = buffer * BLOCK + down;
      let b = buffer * BLOCK + across;
      for (var turn = 0u; turn < BLOCK; turn += TURN * QUADS) {
        // unroll only in 0..HALF
        // unroll q in 0..EACH/4
        // unroll c in 0..4
        // unroll h in 0..EACH/4
        var part_$q_$c_$h = vec4<Staged>();
        // end
        // end
        // end
        // end
        for (var k = turn; k < turn + TURN * QUADS; k += QUADS) {
          // unroll q in 0..EACH/4
          let a_$q = lefts[a + k + $q * SIDE];
          let b_$q = gradients[b + k + $q * SIDE];
          // end
          // unroll q in 0..EACH/4
          // unroll c in 0..4
          // unroll h in 0..EACH/4
          // unroll only in 0..HALF
          part_$q_$c_$h = fma(vec4<Staged>(a_$q[$c]), b_$h, part_$q_$c_$h);
          // end
          // unroll only in HALF..1
          sum_$q_$c_$h = fma(vec4f(a_$q[$c]), b_$h, sum_$q_$c_$h);
          // end
          // end
          // end
          // end
        }
        // unroll only in 0..HALF
        // unroll q in 0..EACH/4
        // unroll c in 0..4
        // unroll h in 0..EACH/4
        sum_$q_$c_$h += vec4f(part_$q_$c_$h);
        // end
        // end
        // end
        // end
      }
      buffer = 1u - buffer;
    }
    // unroll l in 0..LOADS
    lefts[buffer * BLOCK + thread + $l * THREADS] = left_$l;
    gradients[buffer * BLOCK + thread + $l * THREADS] = gradient_$l;
    bias_sum += vec4f(gradient_$l);
    // end
    workgroupBarrier();
  }

  // unroll q in 0..EACH/4
  // unroll c in 0..4
  // unroll h in 0..EACH/4
  {
    let m = 4u * (first_m4 + $q * SIDE + down) + $c;
    let n = first_n4 + $h * SIDE + across;
    if (m < row_splits.inputs && n < OUTPUTS / 4u) {
      put_sum(split, m * (OUTPUTS / 4u) + n, sum_$q_$c_$h);
    }
  }
  // end
  // end
  // end

  // unroll only in 0..BIAS
  if (row_splits.first_input + first_m4 == 0u) {
    hold_bias(thread, bias_sum);
    workgroupBarrier();
    if (thread < QUADS && n_inside) {
      var total = vec4f();
      for (var other = thread; other < THREADS; other += QUADS) {
        total += held_bias(other);
      }
      put_bias(split, n4, total);
    }
  }
  // end
}
