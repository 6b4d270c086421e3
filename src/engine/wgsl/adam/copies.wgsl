// Copies of up to COUNT matrices, transposed or of another type: a 4 × 4 block an invocation, 8 × 8 blocks a workgroup, so that
// whole lines are read and written without workgroup memory.
// unroll i in 0..COUNT
@group(0) @binding($i) var<storage, read> from_$i: array<vec4f>; // rows × columns
@group(0) @binding(COUNT + $i) var<storage, read_write> to_$i: array<vec4<scalar>>; // columns × rows where TRANSPOSED
// end
@group(0) @binding(2 * COUNT) var<uniform> sizes: array<vec4u, COUNT>; // rows / 4, columns / 4, workgroups before, workgroups

@compute @workgroup_size(64)
fn main(
  @builtin(local_invocation_index) thread: u32,
  @builtin(workgroup_id) group: vec3u,
  @builtin(num_workgroups) groups: vec3u,
) {
  let number = group.y * groups.x + group.x;
  // unroll i in 0..COUNT
  {
    let size = sizes[$i];
    if (number >= size.z && number < size.z + size.w) {
      let across = (size.y + 7u) / 8u;
      let row4 = (number - size.z) / across * 8u + thread / 8u;
      let column4 = (number - size.z) % across * 8u + thread % 8u;
      // unroll only in TRANSPOSED..1
      if (row4 < size.x && column4 < size.y) {
        // unroll k in 0..4
        to_$i[(4u * row4 + $k) * size.y + column4] = vec4<scalar>(from_$i[(4u * row4 + $k) * size.y + column4]);
        // end
      }
      // end
      // unroll only in 0..TRANSPOSED
      if (row4 < size.x && column4 < size.y) {
        // unroll k in 0..4
        let row_$k = from_$i[(4u * row4 + $k) * size.y + column4];
        // end
        // unroll k in 0..4
        to_$i[(4u * column4 + $k) * size.x + row4] = vec4<scalar>(vec4f(row_0[$k], row_1[$k], row_2[$k], row_3[$k]));
        // end
      }
      // end
    }
  }
  // end
}
