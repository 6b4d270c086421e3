// Whether the CTF belongs to the images, and the pixel size to both: in each ring, images with more CTF² have more power. Of R rings and
// S images, with r the correlation over the images between power and CTF²(s·k), the evidence is Σ sign(r) r² S / 2 (log likelihood of a
// line over a constant). A pixel size that is wrong by a factor fits better at s ≠ 1; so does a defocus that is wrong by its square.
import { ctfSigns } from '../imaging/ctf-signs.ts';
import { inWords, measure, type Finding } from './finding.ts';
import { ringSquares } from './noise-slope.ts';
import type { CheckedParticles } from './particles.ts';
import type { PosedImages } from './posed.ts';
import type { ImageSample } from './sample.ts';
import { pairedErrors } from './statistics.ts';

/** Log likelihood; chance passes once in two million (five standard errors). */
const CERTAIN = 12.5;
const STANDARD_ERRORS = 5;
/** Factors on the pixel size that are tried, 4 % apart. */
const STRETCHES = Array.from({ length: 36 }, (_, i) => 0.5 * 4 ** (i / 35));
/** A better fit nearer than this to 1 is the grid's, or a defocus that is 10 % off on average. */
const OFF = 0.06;
/** Rings that are looked at: the first ones hold the envelope of ice and background. */
const FIRST_RING = 2;
const LEAST_IMAGES = 100;

/** Evidence at a factor on the pixel size. */
function evidenceAt(particles: CheckedParticles, sample: ImageSample, stretch: number): number {
  const { rows, rings, powers, boxPixels } = sample;
  const squares = Array.from(rows, (row) => ringSquares(particles, row, rings, boxPixels, 1 / stretch));
  let evidence = 0;
  for (let ring = FIRST_RING; ring < rings; ring++) {
    const r = correlation(
      rows.length,
      (i) => squares[i][ring],
      (i) => powers[i * rings + ring],
    );
    evidence += (Math.sign(r) * r * r * rows.length) / 2;
  }
  return evidence;
}

/** Posed images also say whether they agree better through their own CTF than through that of others. */
export async function checkCtf(
  particles: CheckedParticles,
  sample: ImageSample,
  posed: PosedImages | null,
): Promise<Finding> {
  const check = 'ctf' as const;
  const { rows, boxPixels, rings, powers, coefficients } = sample;
  const spectra = { count: rows.length, shells: rings, powers, coefficients };
  const box = particles.pixelSizeAngstrom === null ? null : boxPixels * particles.pixelSizeAngstrom;
  const oscillates = rows.length >= LEAST_IMAGES && ctfSigns(spectra, box).oscillates;
  if (!particles.ctf)
    return oscillates
      ? {
          ...{ check, verdict: 'wrong', measures: [] },
          sentence: 'There is no CTF, but the power of the images shows that they went through one.',
          advice:
            'Give the STAR or .cs table of these particles, or a ctf.pkl; go on without only where images were corrected for it.',
        }
      : {
          ...{ check, verdict: 'cannot say', measures: [] },
          sentence: 'There is no CTF.',
          advice: 'Give it if the images went through a microscope.',
        };
  if (rows.length < LEAST_IMAGES)
    return {
      ...{ check, verdict: 'cannot say', measures: [] },
      sentence: 'There are too few images to compare the CTF with.',
      advice: null,
    };
  const own = evidenceAt(particles, sample, 1);
  const tried = STRETCHES.map((stretch) => ({ stretch, evidence: evidenceAt(particles, sample, stretch) }));
  const best = tried.reduce((a, b) => (b.evidence > a.evidence ? b : a));
  const measures = [
    measure('evidence for the CTF', own, 'log likelihood'),
    measure('best factor on the pixel size', best.stretch),
    measure('evidence there', best.evidence, 'log likelihood'),
  ];
  const base = { check, measures };
  if (best.evidence > CERTAIN && best.evidence - own > CERTAIN && Math.abs(Math.log(best.stretch)) > OFF)
    return {
      ...base,
      verdict: 'wrong',
      sentence: `The CTF fits the images better at ${inWords(best.stretch)} × the pixel size${particles.pixelSizeAngstrom === null ? '' : ` (${inWords(best.stretch * particles.pixelSizeAngstrom)} Å)`}, or at ${inWords(1 / best.stretch ** 2)} × the defocus.`,
      advice:
        'Look whether the pixel size is that of these images, not of the micrographs, and whether the defocus is in Å.',
    };
  const over = posed ? await overOthers(posed) : null;
  if (over) measures.push(measure('over the CTF of other images', over.errors, 'standard errors'));
  if (own > CERTAIN || (over?.errors ?? 0) > STANDARD_ERRORS)
    return {
      ...base,
      verdict: 'good',
      sentence:
        own > CERTAIN
          ? 'The CTF belongs to the images: where it is strong they have more power, and no other pixel size fits better.'
          : `The CTF belongs to the images: through that of other images they agree less (${inWords(over?.errors ?? 0)} standard errors).`,
      advice: null,
    };
  if (oscillates || (over && over.scores > STANDARD_ERRORS && over.errors < 0))
    return {
      ...base,
      verdict: 'wrong',
      sentence: oscillates
        ? 'The images show the rings of a CTF, but not of the one that is given.'
        : 'The images agree no better through their own CTF than through that of others.',
      advice: 'Look whether the CTF is in the order of the images, and its defocus in Å.',
    };
  return {
    ...base,
    verdict: 'cannot say',
    sentence: 'The images are too noisy, or too much of one defocus, to tell whether the CTF is theirs.',
    advice: null,
  };
}

/** How clearly images agree better through their own CTF than through another's, and how clearly they agree at all; standard errors. */
async function overOthers({
  given,
  scores,
  errors,
  under,
}: PosedImages): Promise<{ errors: number; scores: number } | null> {
  const { transfers } = given;
  if (!transfers) return null;
  const width = transfers.length / scores.length;
  const step = width * Math.max(1, Math.floor(scores.length / 3));
  const others = new Float32Array(transfers.length);
  others.set(transfers.subarray(step));
  others.set(transfers.subarray(0, step), transfers.length - step);
  return { errors: pairedErrors(scores, await under({ transfers: others })), scores: errors };
}

function correlation(count: number, x: (i: number) => number, y: (i: number) => number): number {
  let [sx, sy, sxx, syy, sxy] = [0, 0, 0, 0, 0];
  // Logarithms of the power, so that a few bright images do not count for all.
  for (let i = 0; i < count; i++) {
    const [a, b] = [x(i), Math.log(y(i))];
    sx += a;
    sy += b;
    sxx += a * a;
    syy += b * b;
    sxy += a * b;
  }
  const [vx, vy] = [sxx - (sx * sx) / count, syy - (sy * sy) / count];
  return vx > 1e-9 * sxx && vy > 0 ? (sxy - (sx * sy) / count) / Math.sqrt(vx * vy) : 0;
}
