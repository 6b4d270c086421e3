// Points of a sphere in raster order (z, y, x), as imaging/sphere.ts numbers them: number of point k = rows[z, y] + x, so a row
// knows where its x = 0 stands. HALF: only the first half of the ball is asked, up to the origin.
const RADIUS: i32 = i32(HALF_BOX);

fn inside(k: vec3i) -> bool {
  return dot(k, k) <= RADIUS * RADIUS;
}

fn row_of(k: vec3i) -> u32 {
  return u32((k.z + RADIUS) * (2 * RADIUS + 1) + k.y + RADIUS);
}

// Whether k stands in the half that is asked: z < 0, or z = 0 and y < 0, or z = y = 0 and x <= 0.
fn in_half(k: vec3i) -> bool {
  return k.z < 0 || (k.z == 0 && (k.y < 0 || (k.y == 0 && k.x <= 0)));
}
