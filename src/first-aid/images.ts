// Images that are none: not finite, empty, cut off at their largest value, or far brighter or noisier than the others.
import { inWords, measure, MOST_ROWS, ofImages, type Finding } from './finding.ts';
import type { ImageScan } from './scan.ts';
import { median } from './statistics.ts';

/** A share of pixels at one extreme value that noise does not reach: of 32² normal deviates in 8 bits 1 in 50 may be. */
const CUT_OFF = 0.05;
/** Robust standard deviations of log σ. Normal deviates reach 5 in two million; hot pixels and carbon go far beyond. */
const OUTLYING = 8;
/** Median absolute deviation to standard deviation of normal deviates. */
const ROBUST = 1.4826;
/** log σ of images of D² pixels scatters by 1/(√2 D) by chance alone: the least spread that is taken for one. */
const leastSpread = (boxPixels: number) => 1 / (Math.SQRT2 * boxPixels);

export function checkImages({ rows, deviations, extremes, boxPixels }: ImageScan): Finding {
  const finite = deviations.filter((value) => Number.isFinite(value) && value > 0);
  const logs = Float64Array.from(finite, Math.log);
  const middle = median(logs);
  const spread = Math.max(leastSpread(boxPixels), ROBUST * median(logs.map((value) => Math.abs(value - middle))));
  const places = (of: (at: number) => boolean) => Array.from(rows.keys()).filter(of);
  const notFinite = places((at) => Number.isNaN(deviations[at]));
  const empty = places((at) => deviations[at] === 0);
  const cut = places((at) => deviations[at] > 0 && extremes[at] > CUT_OFF);
  const outlying = places(
    (at) => deviations[at] > 0 && Math.abs(Math.log(deviations[at]) - middle) > OUTLYING * spread,
  );
  const measures = [
    measure('images read', rows.length),
    measure('with pixels that are not finite', notFinite.length),
    measure('empty', empty.length),
    measure('cut off at one value', cut.length),
    measure('of outlying contrast', outlying.length),
    measure('median standard deviation of an image', Math.exp(middle)),
  ];
  const finding = (verdict: Finding['verdict'], sentence: string, advice: string | null, bad: number[]): Finding => ({
    ...{ check: 'images', verdict, sentence, measures, advice },
    ...(bad.length > 0 && { rows: bad.slice(0, MOST_ROWS).map((at) => rows[at]) }),
  });
  if (notFinite.length > 0)
    return finding(
      'wrong',
      `${sentenceStart(notFinite.length, rows.length)} pixels that are not finite numbers.`,
      'Leave these images out.',
      notFinite,
    );
  if (empty.length > 0)
    return finding(
      'wrong',
      `${sentenceStart(empty.length, rows.length)} one value in all pixels: empty.`,
      'Leave these images out, and look why they were written.',
      empty,
    );
  const odd = [...new Set([...cut, ...outlying])].sort((a, b) => a - b);
  if (odd.length > 0)
    return finding(
      'look',
      cut.length >= outlying.length
        ? `${sentenceStart(cut.length, rows.length)} many pixels at one extreme value: cut off, or masked.`
        : `${sentenceStart(outlying.length, rows.length)} a contrast far from the others’.`,
      'Look at them in the gallery; ice, carbon and overlapping particles are better left out.',
      odd,
    );
  return finding(
    'good',
    `All ${rows.length.toLocaleString('en-US')} images that were read are finite, not empty and of like contrast (standard deviation ${inWords(Math.exp(middle))}).`,
    null,
    [],
  );
}

const sentenceStart = (count: number, all: number): string => {
  const words = ofImages(count, all);
  return `${words[0].toUpperCase()}${words.slice(1)} ${count === 1 ? 'has' : 'have'}`;
};
