// Equal-area pixels of the sphere in the nested order of HEALPix (Górski et al. 2005): 12·nside², nside a power of two. The
// children of pixel p at twice nside are 4p … 4p+3. Worked in HEALPix's plane: u along the equator, π/4 a unit, v across it,
// ±2 at the poles. There every pixel is a square on its corner, and the twelve base pixels reach ±1 from their centres.

/** Direction of a pixel's centre: polar angle θ and azimuth φ in radians, 0 ≤ φ < 2π. */
export function pixelDirection(nside: number, pixel: number): [thetaRadians: number, phiRadians: number] {
  const perBase = nside * nside;
  const base = Math.floor(pixel / perBase);
  let rest = pixel % perBase;
  let northEast = 0;
  let northWest = 0;
  // Even bits count along the one side of a base pixel, odd bits along the other. Divided, not shifted: numbers pass 2³².
  for (let bit = 1; bit < nside; bit *= 2) {
    northEast += bit * (rest % 2);
    rest = Math.floor(rest / 2);
    northWest += bit * (rest % 2);
    rest = Math.floor(rest / 2);
  }
  // Base pixels 0–3 lie around the north pole, 4–7 on the equator, 8–11 around the south pole.
  const belt = Math.floor(base / 4);
  const centreU = 2 * (base % 4) + (belt === 1 ? 0 : 1);
  const alongU = (northEast - northWest) / nside;
  const v = 1 - belt + (northEast + northWest + 1) / nside - 1;
  // To the pole: 1 at the edge of the cap, where z = ±2/3, and 0 at the pole. In a cap meridians draw together.
  const toPole = 2 - Math.abs(v);
  const inCap = toPole < 1;
  const u = centreU + (inCap ? alongU / toPole : alongU);
  const phi = ((u < 0 ? u + 8 : u) * Math.PI) / 4;
  if (!inCap) return [Math.acos((2 * v) / 3), phi];
  // 1 − |z| = toPole²/3 as a half angle: acos would lose half of its digits here.
  const fromPole = 2 * Math.asin(toPole / Math.sqrt(6));
  return [v > 0 ? fromPole : Math.PI - fromPole, phi];
}
