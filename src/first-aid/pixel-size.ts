// Whether the pixel size is plausible: in the range of microscopes, the same in header and metadata, and with a particle of a size that
// proteins have. The particle's width is where its images differ from each other: the variance of a pixel over the images above its
// value at the edge.
import { inWords, measure, type Finding } from './finding.ts';
import type { ImageSample } from './sample.ts';

/** Å: from superresolution of 300 kV to particles binned for a first look. */
const USUAL = [0.3, 10] as const;
/** Å: from a small protein to a large virus. */
const WIDTHS = [25, 1500] as const;
/** Header and metadata may differ by rounding. */
const SAME = 0.01;
/** Of half the box: where the window of prepared images begins to fall off. */
const WINDOW = 0.85;
/** Of the particle's variance above the edge's at its middle: where it is taken to end. */
const END = 0.1;
/** Fewer give no variance of a pixel. */
const LEAST_IMAGES = 50;
/** Standard errors that the variance in the middle has to stand out by. */
const STANDS_OUT = 5;

/** Diameter in pixels; null where particles do not stand out. */
function particleDiameterPixels({ boxPixels, pixelVariance, rows }: ImageSample): number | null {
  if (rows.length < LEAST_IMAGES) return null;
  const half = boxPixels / 2;
  const sums = new Float64Array(half + 1);
  const counts = new Float64Array(half + 1);
  pixelVariance.forEach((variance, at) => {
    const ring = Math.round(Math.hypot((at % boxPixels) - half, Math.floor(at / boxPixels) - half));
    if (ring > half) return;
    sums[ring] += variance;
    counts[ring]++;
  });
  const profile = sums.map((sum, ring) => sum / Math.max(1, counts[ring]));
  const outer = profile.subarray(Math.floor(0.92 * half));
  const edge = outer.reduce((sum, value) => sum + value, 0) / outer.length;
  const inner = Math.max(1, Math.floor(0.25 * half));
  const [middle, pixels] = [0, 1].map((which) => {
    let sum = 0;
    for (let ring = 0; ring <= inner; ring++) sum += which === 0 ? sums[ring] : counts[ring];
    return sum;
  });
  const excess = middle / pixels - edge;
  // A variance over S normal deviates has a relative error of √(2/S).
  const error = edge * Math.sqrt(2 / Math.max(1, rows.length) / pixels);
  if (!(excess > STANDS_OUT * error)) return null;
  let last = 0;
  const least = Math.max(END * excess, 3 * edge * Math.sqrt(2 / rows.length));
  for (let ring = 0; ring <= half; ring++)
    if (profile[ring] - edge > Math.min(least, 0.5 * excess)) last = ring;
    else if (ring > last + 2) break;
  return 2 * last + 1;
}

export function checkPixelSize(
  sample: ImageSample,
  pixelSizeAngstrom: number | null,
  headerAngstrom: number | null,
): Finding {
  const check = 'pixel-size' as const;
  const { boxPixels } = sample;
  const diameter = particleDiameterPixels(sample);
  const width = diameter === null || pixelSizeAngstrom === null ? null : diameter * pixelSizeAngstrom;
  const measures = [
    measure('pixel size', pixelSizeAngstrom, 'Å'),
    measure('in the header', headerAngstrom, 'Å'),
    measure('box', pixelSizeAngstrom === null ? null : boxPixels * pixelSizeAngstrom, 'Å'),
    measure('width of the particle', width, 'Å'),
  ];
  const base = { check, measures };
  if (pixelSizeAngstrom === null)
    return {
      ...base,
      verdict: 'wrong',
      sentence: 'No file says the pixel size.',
      advice: 'Give it; on the command line with --apix.',
    };
  const [least, most] = USUAL;
  if (pixelSizeAngstrom < least || pixelSizeAngstrom > most)
    return {
      ...base,
      verdict: 'wrong',
      sentence: `A pixel size of ${inWords(pixelSizeAngstrom)} Å is none of a microscope (${least} to ${most} Å).`,
      advice: 'Look whether it is in Å, and that of the images after binning.',
    };
  if (headerAngstrom !== null && Math.abs(headerAngstrom / pixelSizeAngstrom - 1) > SAME)
    return {
      ...base,
      verdict: 'look',
      sentence: `The pixel size is ${inWords(pixelSizeAngstrom)} Å; the stack’s header says ${inWords(headerAngstrom)} Å.`,
      advice:
        'The table’s is used. Headers are often not kept up when images are binned; make sure that the table’s is the images’.',
    };
  if (width !== null && (width < WIDTHS[0] || width > WIDTHS[1]))
    return {
      ...base,
      verdict: 'look',
      sentence: `At ${inWords(pixelSizeAngstrom)} Å a pixel the particle would be ${inWords(width)} Å wide.`,
      advice: 'Look whether the pixel size is that of the images.',
    };
  const seen = width === null ? '' : `, the particle is some ${inWords(width)} Å wide`;
  if (diameter !== null && diameter > WINDOW * boxPixels)
    return {
      ...base,
      verdict: 'look',
      sentence: `The particle fills the box: some ${inWords(width ?? diameter)} Å of ${inWords(boxPixels * pixelSizeAngstrom)} Å, more than the window leaves.`,
      advice:
        'Extract in a larger box, or widen the window (Window radius); neighbouring particles in the images look like this too.',
    };
  return {
    ...base,
    verdict: 'good',
    sentence: `${inWords(pixelSizeAngstrom)} Å a pixel is plausible: the box is ${inWords(boxPixels * pixelSizeAngstrom)} Å${seen}, and nothing finer than ${inWords(2 * pixelSizeAngstrom)} Å can be seen.`,
    advice: null,
  };
}
