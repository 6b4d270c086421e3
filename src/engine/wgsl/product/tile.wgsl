// A product by tiles: a workgroup makes TILE_ROWS × TILE_COLUMNS of the result, DEPTH inputs at a time in workgroup memory,
// an invocation 4·ROW_GROUPS × 4·COLUMN_GROUPS in registers. While it multiplies, the next inputs are on their way to
// registers. The left factor lies transposed, so that four rows are one read; its columns are permuted in fours (`place`)
// so that eight neighbours that store a row's inputs meet different banks. 32 neighbours make 4 × 8 of the invocations. With
// HALF tiles and products are float16 (Staged = vec4<f16>): a part of 4·PARTS inputs is summed in it, then added to float32 sums.
// Needs sizes, left_block, right4 and finish.
const THREADS: u32 = THREADS_DOWN * THREADS_ACROSS;
const LEFT_BLOCKS: u32 = TILE_ROWS * DEPTH / 16u;
const RIGHT_BLOCKS: u32 = TILE_COLUMNS * DEPTH / 16u;
const DEPTH4: u32 = DEPTH / 4u;

var<workgroup> lefts: array<array<Staged, TILE_ROWS / 4u>, DEPTH>;
var<workgroup> rights: array<array<Staged, TILE_COLUMNS / 4u>, DEPTH>;

// Four by four numbers on their way from memory to a tile.
struct Block {
  a: vec4<scalar>,
  b: vec4<scalar>,
  c: vec4<scalar>,
  d: vec4<scalar>,
}

fn place(row4: u32, k4: u32) -> u32 {
  return row4 ^ (k4 * (8u / DEPTH4));
}

// Blocks are numbered: first the left tile's (four rows by four inputs), then the right tile's (four inputs by four columns).
fn load(block: u32, first_row: u32, first_column4: u32, first_k4: u32) -> Block {
  if (block < LEFT_BLOCKS) {
    let row = first_row + 4u * (block / DEPTH4);
    let k4 = first_k4 + block % DEPTH4;
    return left_block(row, k4);
  }
  if (block < LEFT_BLOCKS + RIGHT_BLOCKS) {
    let number = block - LEFT_BLOCKS;
    let column4 = min(first_column4 + number % (TILE_COLUMNS / 4u), outputs4() - 1u);
    let k = 4u * (first_k4 + number / (TILE_COLUMNS / 4u));
    return Block(right4(k, column4), right4(k + 1u, column4), right4(k + 2u, column4), right4(k + 3u, column4));
  }
  return Block();
}

fn store(block: u32, numbers: Block) {
  let a = Staged(numbers.a);
  let b = Staged(numbers.b);
  let c = Staged(numbers.c);
  let d = Staged(numbers.d);
  if (block < LEFT_BLOCKS) {
    let k4 = block % DEPTH4;
    let at = place(block / DEPTH4, k4);
    lefts[4u * k4][at] = Staged(a.x, b.x, c.x, d.x);
    lefts[4u * k4 + 1u][at] = Staged(a.y, b.y, c.y, d.y);
    lefts[4u * k4 + 2u][at] = Staged(a.z, b.z, c.z, d.z);
    lefts[4u * k4 + 3u][at] = Staged(a.w, b.w, c.w, d.w);
  } else if (block < LEFT_BLOCKS + RIGHT_BLOCKS) {
    let number = block - LEFT_BLOCKS;
    let k = 4u * (number / (TILE_COLUMNS / 4u));
    let at = number % (TILE_COLUMNS / 4u);
    rights[k][at] = a;
    rights[k + 1u][at] = b;
    rights[k + 2u][at] = c;
    rights[k + 3u][at] = d;
  }
}

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) thread: u32) {
  let index = group.y * groups.x + group.x;
  let first_row = index / column_tiles() * TILE_ROWS;
  let first_column4 = index % column_tiles() * (TILE_COLUMNS / 4u);
  if (first_row >= chunk.rows) {
    return;
  }
  let warp = thread / 32u;
  let across = warp % (THREADS_ACROSS / 8u) * 8u + thread % 8u;
  let down = warp / (THREADS_ACROSS / 8u) * 4u + thread / 8u % 4u;
  // unroll g in 0..ROW_GROUPS
  // unroll i in 0..4
  // unroll h in 0..COLUMN_GROUPS
  var sum_$g_$i_$h = vec4f();
  // end
  // end
  // end
  // unroll n in 0..BLOCKS_EACH
  var next_$n = Block();
  // end
  // Turn t loads the inputs of tile t and multiplies those of tile t − 1.
  let end4 = inputs4();
  for (var k4 = 0u; k4 <= end4; k4 += DEPTH4) {
    if (k4 < end4) {
      // unroll n in 0..BLOCKS_EACH
      next_$n = load(thread + $n * THREADS, first_row, first_column4, k4);
      // end
    }
    if (k4 > 0u) {
      // Few at a time: enough for reads to go ahead of the sums, little enough that every compiler bears it.
      for (var j = 0u; j < DEPTH4; j += PARTS) {
        // unroll one in 0..HALF
        // unroll g in 0..ROW_GROUPS
        // unroll i in 0..4
        // unroll h in 0..COLUMN_GROUPS
        var part_$g_$i_$h = Staged();
        // end
        // end
        // end
        // end
        // unroll p in 0..PARTS
        // unroll k in 0..4
        {
          // unroll g in 0..ROW_GROUPS
          let a_$g = lefts[4u * (j + $p) + $k][place($g * THREADS_DOWN + down, j + $p)];
          // end
          // unroll h in 0..COLUMN_GROUPS
          let b_$h = rights[4u * (j + $p) + $k][$h * THREADS_ACROSS + across];
          // end
          // unroll g in 0..ROW_GROUPS
          // unroll i in 0..4
          // unroll h in 0..COLUMN_GROUPS
          // unroll one in 0..HALF
          part_$g_$i_$h = fma(Staged(a_$g[$i]), b_$h, part_$g_$i_$h);
          // end
          // unroll one in HALF..1
          sum_$g_$i_$h = fma(vec4f(a_$g[$i]), b_$h, sum_$g_$i_$h);
          // end
          // end
          // end
          // end
        }
        // end
        // end
        // unroll one in 0..HALF
        // unroll g in 0..ROW_GROUPS
        // unroll i in 0..4
        // unroll h in 0..COLUMN_GROUPS
        sum_$g_$i_$h += vec4f(part_$g_$i_$h);
        // end
        // end
        // end
        // end
      }
    }
    workgroupBarrier();
    if (k4 < end4) {
      // unroll n in 0..BLOCKS_EACH
      store(thread + $n * THREADS, next_$n);
      // end
    }
    workgroupBarrier();
  }
  // unroll h in 0..COLUMN_GROUPS
  let column_$h = first_column4 + $h * THREADS_ACROSS + across;
  if (column_$h < outputs4()) {
    // unroll g in 0..ROW_GROUPS
    // unroll i in 0..4
    finish(first_row + 4u * ($g * THREADS_DOWN + down) + $i, column_$h, sum_$g_$i_$h);
    // end
    // end
  }
  // end
}
