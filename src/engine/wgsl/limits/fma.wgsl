// The rate of fused multiply-adds: CHAINS independent ones a thread, STEPS in a row and `rounds` times, nothing read. Of each
// chain x <- a·x + b; what is left is written, so that no compiler can leave it out. `number` is f32, f16 or a vec4 of them.
struct Work { rounds: u32, a: f32, b: f32 }
@group(0) @binding(0) var<uniform> work: Work;
// One number a thread: the sum of its chains.
@group(0) @binding(1) var<storage, read_write> sums: array<f32>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let thread = (group.y * groups.x + group.x) * THREADS + local;
  let a = number(scalar(work.a));
  let b = number(scalar(work.b));
  let start = f32(thread % 64u);
  // unroll c in 0..CHAINS
  var x_$c = number(scalar(start + f32($c)));
  // end
  for (var round = 0u; round < work.rounds; round++) {
    // unroll s in 0..STEPS
    // unroll c in 0..CHAINS
    x_$c = fma(x_$c, a, b);
    // end
    // end
  }
  var sum = 0.0;
  // unroll c in 0..CHAINS
  sum += total(x_$c);
  // end
  if (thread < arrayLength(&sums)) {
    sums[thread] = sum;
  }
}
