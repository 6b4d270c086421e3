// The left factor of the first product, made where it is read: features of each row's point. Needs trigonometry.wgsl.
// points: rows × (x, y, z, ±1); waves: a row (wx, wy, wz, kind) for each two features (encoding/table.ts).
@group(0) @binding(0) var<storage, read> points: array<vec4f>;
@group(0) @binding(1) var<storage, read> waves: array<vec4f>;

fn feature_pair(point: vec3f, wave: vec4f) -> vec2f {
  let phase = dot(point, wave.xyz);
  if (wave.w == 4.0) {
    return vec2f(phase, 0.0);
  }
  let kind = u32(wave.w);
  let pair = sine_cosine(phase);
  return vec2f(select(0.0, pair.x, (kind & 1u) != 0u), select(0.0, pair.y, (kind & 2u) != 0u));
}

// Features 4·column4 … + 3 of a row: two waves.
fn left4(row: u32, column4: u32) -> vec4<scalar> {
  let point = points[row].xyz;
  let two = vec4f(feature_pair(point, waves[2u * column4]), feature_pair(point, waves[2u * column4 + 1u]));
  return vec4<scalar>(two);
}
