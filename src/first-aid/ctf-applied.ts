// Whether images were phase-flipped or multiplied by their CTF, against what the files say.
// Sign: where the CTF's sign differs from image to image, halves of posed images agree only under the right one; without poses the
// images' sum in the middle of each ring does, as a compact object's mean is round.
// Amplitude: multiplied noise follows the CTF². Across images, the noise around the particle in a ring rises with that ring's CTF² by
// the slope 1 where it was multiplied, by 0 where it was not; real ice, which went through the lens too, lies near 0.
import { inWords, measure, type Finding, type Measure, type Verdict } from './finding.ts';
import { APPLIED, appliedTo, transfersOf, type Applied, type CheckedParticles } from './particles.ts';
import { CERTAIN } from './poses.ts';
import type { PosedImages } from './posed.ts';
import { noiseSlope } from './noise-slope.ts';
import type { ImageSample } from './sample.ts';
import { pairedErrors } from './statistics.ts';

/** Between 0 and 1; of ice's own signal it is a fifth at most. */
const MULTIPLIED = 0.5;
const NAMES = ['not corrected for the CTF', 'phase-flipped', 'multiplied by the CTF'] as const;
const DO = [
  'Set rlnCtfDataArePhaseFlipped and rlnCtfDataAreCtfPremultiplied to 0 in the STAR table.',
  'Set rlnCtfDataArePhaseFlipped to 1 in the STAR table; a ctf.pkl cannot say it, so give the STAR table.',
  'Set rlnCtfDataAreCtfPremultiplied to 1 in the STAR table; a ctf.pkl cannot say it, so give the STAR table.',
] as const;

/** `belongs`: whether the CTF was found to be the images'. */
export async function checkCtfApplied(
  particles: CheckedParticles,
  sample: ImageSample,
  { posed, belongs }: { posed: PosedImages | null; belongs: Verdict },
): Promise<Finding> {
  const check = 'ctf-applied' as const;
  if (!particles.ctf)
    return { ...{ check, verdict: 'cannot say', measures: [], sentence: 'There is no CTF.' }, advice: null };
  const said = commonest(Array.from(sample.rows, (row) => appliedTo(particles.optics, row)));
  const flipped = posed ? await flippedByHalves(posed) : flippedByMean(particles, sample);
  const slope = noiseSlope(particles, sample);
  const measures: Measure[] = [
    measure('flipped over not flipped', flipped, 'standard errors'),
    measure('rise of the noise with the CTF²', slope?.slope ?? null),
    measure('its error', slope?.error ?? null),
  ];
  const base = { check, measures };
  const sure = slope !== null && Math.abs(slope.slope - MULTIPLIED) > 3 * slope.error;
  const multiplied = sure ? slope.slope > MULTIPLIED : null;
  const seen = whatIsSeen(flipped, multiplied, said);
  if (seen === null)
    return {
      ...base,
      verdict: 'cannot say',
      sentence: `The images do not tell whether they were corrected for the CTF before; they are taken as ${NAMES[said]}.`,
      advice: null,
    };
  const evidence = [
    ...(Math.abs(flipped) > CERTAIN ? [`${inWords(Math.abs(flipped))} standard errors by its sign`] : []),
    ...(multiplied ? ['their noise follows the CTF²'] : []),
  ].join('; ');
  if (seen === said)
    return {
      ...base,
      verdict: 'good',
      sentence: `The images are ${NAMES[said]}, as the files say (${evidence}).`,
      advice: null,
    };
  // Under a CTF that is another's the signs of single images mean nothing.
  if (belongs === 'wrong')
    return {
      ...base,
      verdict: 'cannot say',
      sentence: 'Whether the images were corrected for the CTF before can be said once the CTF is theirs.',
      advice: null,
    };
  return {
    ...base,
    verdict: belongs === 'good' ? 'wrong' : 'look',
    sentence: `The images look ${NAMES[seen]}, but are taken as ${NAMES[said]} (${evidence}).`,
    advice: DO[seen],
  };
}

/** Null where it cannot be said. Multiplied images have no negative frequencies left: noise that follows the CTF² is enough. */
function whatIsSeen(flipped: number, multiplied: boolean | null, said: Applied): Applied | null {
  if (flipped < -CERTAIN) return APPLIED.nothing;
  if (multiplied) return APPLIED.ctf;
  if (!(flipped > CERTAIN)) return null;
  if (multiplied === false) return APPLIED.sign;
  return said === APPLIED.nothing ? APPLIED.sign : said;
}

async function flippedByHalves({ under, transfersWith }: PosedImages): Promise<number> {
  const flipped = await under({ transfers: transfersWith(APPLIED.sign) });
  const not = await under({ transfers: transfersWith(APPLIED.nothing) });
  return pairedErrors(flipped, not);
}

/** The more of a ring's images have the other sign, the less of its sum is left under the wrong one; in standard errors. */
function flippedByMean(particles: CheckedParticles, sample: ImageSample): number {
  const evidence = (applied: Applied) => {
    const transfers = transfersOf(particles, sample, applied);
    if (!transfers) return 0;
    const { points, rows, rings, values, powers } = sample;
    const [sums, weights] = [new Float64Array(rings), new Float64Array(rings)];
    for (let place = 0; place < rows.length; place++)
      for (let p = 0; p < points.count; p++) {
        const ring = Math.round(points.radius[p]) - 1;
        if (ring >= rings) break;
        const c = transfers[place * points.count + p];
        sums[ring] += c * values[2 * (place * points.count + p)];
        weights[ring] += 0.5 * c * c * powers[place * rings + ring];
      }
    return sums.reduce((sum, value, ring) => sum + (weights[ring] > 0 ? value ** 2 / weights[ring] : 0), 0);
  };
  // Twice the logarithm of a ratio of likelihoods, as standard errors of a normal deviate.
  const difference = evidence(APPLIED.sign) - evidence(APPLIED.nothing);
  return Math.sign(difference) * Math.sqrt(Math.abs(difference));
}

function commonest(values: Applied[]): Applied {
  const counts = [0, 0, 0];
  for (const value of values) counts[value]++;
  return counts.indexOf(Math.max(...counts)) as Applied;
}
