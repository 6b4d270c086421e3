// Equal-area pixels of the sphere in the nested order of HEALPix (Górski et al. 2005): 12·nside², nside a power of two. The
// children of pixel p at twice nside are 4p … 4p+3.

/** Row of each base pixel's southernmost corner, and its position along it, in units of nside. */
const BASE_ROW = [2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4];
const BASE_COLUMN = [1, 3, 5, 7, 0, 2, 4, 6, 1, 3, 5, 7];

/** Direction of a pixel's centre: polar angle θ and azimuth φ in radians. */
export function pixelDirection(nside: number, pixel: number): [thetaRadians: number, phiRadians: number] {
  const perFace = nside * nside;
  const face = Math.floor(pixel / perFace);
  let inFace = pixel % perFace;
  let ix = 0;
  let iy = 0;
  // x and y are the even and odd bits of the number in its face.
  for (let bit = 1; bit < nside; bit *= 2) {
    ix += bit * (inFace % 2);
    inFace = Math.floor(inFace / 2);
    iy += bit * (inFace % 2);
    inFace = Math.floor(inFace / 2);
  }
  // Rings are counted from the north pole, from 1 to 4·nside − 1.
  const ring = BASE_ROW[face] * nside - ix - iy - 1;
  const capRow = ring < nside ? ring : ring > 3 * nside ? 4 * nside - ring : nside;
  const isCap = ring < nside || ring > 3 * nside;
  const z = isCap
    ? (1 - (capRow * capRow) / (3 * nside * nside)) * (ring < nside ? 1 : -1)
    : ((2 * nside - ring) * 2) / (3 * nside);
  const shifted = isCap || (ring - nside) % 2 === 0 ? 0 : 1;
  let column = (BASE_COLUMN[face] * capRow + ix - iy + 1 + shifted) / 2;
  if (column > 4 * nside) column -= 4 * nside;
  if (column < 1) column += 4 * nside;
  const phi = ((column - (shifted + 1) / 2) * Math.PI) / (2 * capRow);
  return [Math.acos(z), phi];
}
