/** sinc²(n / (oversampling·D)) for n = −D/2 … D/2−1: what linear interpolation between Fourier coefficients does to a map along an axis. */
export function interpolationWindow(boxPixels: number, oversampling: number): Float64Array {
  return Float64Array.from({ length: boxPixels }, (_, i) => {
    const x = (Math.PI * (i - boxPixels / 2)) / (oversampling * boxPixels);
    return x === 0 ? 1 : (Math.sin(x) / x) ** 2;
  });
}
