// The transfer of one image at a time, of a thread: what CTF and optics make of each frequency (imaging/ctf.ts, transfer.ts).
//   γ = 2π(−½ df λ s² + ¼ Cs λ³ s⁴) − φ, CTF = √(1−w²) sin γ − w cos γ;
// where the optics of the images are known f = scale · exp(−B s²/4), f·CTF(Mk), −f·|CTF| or −f·|f|·CTF².
import { cosineOfTurns, exponential, sineOfTurns } from './trigonometry';

const DEGREES_IN_TURN: f64 = 360;

let withCtf: bool = false;
let withOptics: bool = false;
let round: f64 = 0;
let even: f64 = 0;
let odd: f64 = 0;
let fourth: f64 = 0;
let constant: f64 = 0;
let w: f64 = 0;
let v: f64 = 0;
let scale: f64 = 1;
let decay: f64 = 0;
let xx: f64 = 1;
let xy: f64 = 0;
let yx: f64 = 0;
let yy: f64 = 1;
let applied: f32 = 0;

/** From now on of the image with this row of the CTF (9 floats; 0: the transfer is 1) and of the optics (10; 0: ordinary). */
export function readFormation(row: usize, optics: usize): void {
  withCtf = row !== 0;
  withOptics = withCtf && optics !== 0;
  if (!withCtf) return;
  const pixel = <f64>load<f32>(row, 4);
  const defocusU = <f64>load<f32>(row, 8);
  const defocusV = <f64>load<f32>(row, 12);
  const doubleAngle = (2 * <f64>load<f32>(row, 16)) / DEGREES_IN_TURN;
  const volt = <f64>load<f32>(row, 20) * 1000;
  const wavelength = 12.2639 / sqrt(volt + 0.97845e-6 * volt * volt);
  const aberration = <f64>load<f32>(row, 24) * 1e7;
  w = <f64>load<f32>(row, 28);
  v = sqrt(1 - w * w);
  const perSquare = 1 / (pixel * pixel);
  // In turns: −½ λ s² ½[(U + V) + (U − V) cos 2(θ − α)], written in x and y.
  round = -0.25 * wavelength * perSquare * (defocusU + defocusV);
  even = -0.25 * wavelength * perSquare * (defocusU - defocusV) * cosineOfTurns(doubleAngle);
  odd = -0.5 * wavelength * perSquare * (defocusU - defocusV) * sineOfTurns(doubleAngle);
  fourth = 0.25 * aberration * wavelength * wavelength * wavelength * perSquare * perSquare;
  constant = -(<f64>load<f32>(row, 32)) / DEGREES_IN_TURN;
  if (!withOptics) return;
  scale = <f64>load<f32>(optics);
  decay = -(<f64>load<f32>(optics, 4)) / (4 * pixel * pixel);
  applied = load<f32>(optics, 8);
  xx = <f64>load<f32>(optics, 12);
  xy = <f64>load<f32>(optics, 16);
  yx = <f64>load<f32>(optics, 20);
  yy = <f64>load<f32>(optics, 24);
}

/** Of the image that was read, at a frequency in cycles a pixel. */
export function transferAt(x: f64, y: f64): f32 {
  if (!withCtf) return 1;
  if (withOptics) {
    const mx = xx * x + xy * y;
    const my = yx * x + yy * y;
    const squared = mx * mx + my * my;
    const turns =
      round * squared + even * (mx * mx - my * my) + odd * mx * my + fourth * squared * squared + constant;
    const f = scale * exponential(decay * squared);
    const ctf = v * sineOfTurns(turns) - w * cosineOfTurns(turns);
    return <f32>(applied == 1 ? -f * abs(ctf) : applied == 2 ? -f * abs(f) * ctf * ctf : f * ctf);
  }
  const squared = x * x + y * y;
  const turns = round * squared + even * (x * x - y * y) + odd * x * y + fourth * squared * squared + constant;
  return <f32>(v * sineOfTurns(turns) - w * cosineOfTurns(turns));
}
