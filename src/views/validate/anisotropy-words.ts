// What resolution by direction says, in words.
import type { ComparedDirections } from '../../../workers/contract.ts';

/** Worst over best resolution: up to this the map is the same every way to the eye, beyond that it is anisotropic. */
const EVEN = 1.1;
const SMEARED = 1.3;

/** A sentence, what follows from it, and how bad it is. Directions are told as rot and tilt of RELION, degrees, tilt ≤ 90. */
export function anisotropyWords({
  directions,
  resolutionAngstrom,
  bestAngstrom,
  worstAngstrom,
  sphericity,
}: ComparedDirections): { verdict: 'even' | 'uneven' | 'smeared'; sentence: string; advice: string } {
  const ratio = worstAngstrom / bestAngstrom;
  const figures = `sphericity ${sphericity.toFixed(2)}`;
  if (!(ratio > EVEN))
    return {
      verdict: 'even',
      sentence: `Resolution is the same in all directions: ${bestAngstrom.toFixed(2)} to ${worstAngstrom.toFixed(2)} Å, ${figures}.`,
      advice: '',
    };
  const along = (angstrom: number) => directionText(directions, resolutionAngstrom.indexOf(angstrom));
  const range = `${bestAngstrom.toFixed(2)} Å along ${along(bestAngstrom)}, ${worstAngstrom.toFixed(2)} Å along ${along(worstAngstrom)}, ${figures}`;
  if (ratio <= SMEARED)
    return { verdict: 'uneven', sentence: `Resolution differs a little by direction: ${range}.`, advice: '' };
  return {
    verdict: 'smeared',
    sentence: `The maps are anisotropic: ${range}.`,
    advice:
      'They are smeared along the worst direction: do not read detail or motion along it. Look at the viewing directions on Data.',
  };
}

function directionText(directions: Float64Array, at: number): string {
  // A direction and its opposite are one; the upper half is told.
  const sign = directions[3 * at + 2] < 0 ? -1 : 1;
  const [x, y, z] = [0, 1, 2].map((axis) => sign * directions[3 * at + axis]);
  const degrees = (radians: number) => Math.round((radians * 180) / Math.PI);
  return `rot ${degrees(Math.atan2(y, x))}°, tilt ${degrees(Math.acos(Math.min(1, z)))}°`;
}
