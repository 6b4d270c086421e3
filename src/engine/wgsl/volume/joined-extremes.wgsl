// What two sets of voxels are together: least, largest, sum, number.
const NOTHING = vec4f(3.4e38, -3.4e38, 0.0, 0.0);

fn joined(a: vec4f, b: vec4f) -> vec4f {
  return vec4f(min(a.x, b.x), max(a.y, b.y), a.zw + b.zw);
}
