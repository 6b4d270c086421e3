// The rate of the memory: `count` vec4f from one buffer to another, EACH a thread, neighbours by neighbours.
@group(0) @binding(0) var<uniform> count: vec4u;
@group(0) @binding(1) var<storage, read> source: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> copied: array<vec4f>;

@compute @workgroup_size(THREADS)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u, @builtin(local_invocation_index) local: u32) {
  let first = (group.y * groups.x + group.x) * (THREADS * EACH) + local;
  // unroll i in 0..EACH
  if (first + $i * THREADS < count.x) {
    copied[first + $i * THREADS] = source[first + $i * THREADS];
  }
  // end
}
