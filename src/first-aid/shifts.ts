// Whether shifts are in the right unit and of the right sign: halves of the images agree best when each is centred by its own as given,
// and worse with none, with the other sign, or scaled as a mistaken unit would scale them.
import { inWords, measure, type Finding, type Measure } from './finding.ts';
import { CERTAIN } from './poses.ts';
import type { PosedImages } from './posed.ts';
import { meanWithError, pairedErrors, quantile } from './statistics.ts';

/** A particle farther from the centre than this part of the box (its 95th percentile) is cut by the window. */
const FAR = 0.25;
/** Pixels: smaller shifts change nothing within the band. */
const SMALL_PIXELS = 0.1;
/** Factors nearer to 1 cannot be told apart. */
const ALIKE = 1.15;

interface Mistake {
  name: string;
  /** Of the shift as given, the one to try. */
  of: (x: number, y: number) => [number, number];
  says: string;
  advice: string;
}

function mistakes(pixelSizeAngstrom: number | null): Mistake[] {
  const scaled = (factor: number, name: string, says: string, advice: string): Mistake[] =>
    Math.max(factor, 1 / factor) < ALIKE ? [] : [{ name, of: (x, y) => [factor * x, factor * y], says, advice }];
  const a = pixelSizeAngstrom ?? 1;
  return [
    {
      ...{ name: 'none', of: () => [0, 0] },
      says: 'The shifts do not centre the images: without any the images agree better',
      advice:
        'Look whether the images were already centred when they were extracted, or whether the shifts are in another order; leave them out.',
    },
    {
      ...{ name: 'of the other sign', of: (x, y) => [-x, -y] },
      says: 'The shifts have the wrong sign: turned round the images agree better',
      advice: 'A shift has to centre the image, not to say where the particle lies; turn the signs.',
    },
    {
      ...{ name: 'x and y exchanged', of: (x, y) => [y, x] },
      says: 'x and y of the shifts are exchanged: the other way round the images agree better',
      advice: 'Exchange the two columns.',
    },
    ...scaled(
      1 / a,
      'divided by the pixel size',
      'The shifts look as if they were in Å and were read as pixels: divided by the pixel size the images agree better',
      'Divide them by the pixel size, or write rlnOriginXAngst and rlnOriginYAngst.',
    ),
    ...scaled(
      a,
      'times the pixel size',
      'The shifts look as if they were in pixels and were read as Å: times the pixel size the images agree better',
      'Multiply them by the pixel size, or write rlnOriginX and rlnOriginY.',
    ),
    ...scaled(
      2,
      'doubled',
      'The shifts look too small by half: doubled the images agree better',
      'Look whether they come from images that were binned twofold.',
    ),
    ...scaled(
      0.5,
      'halved',
      'The shifts look twice too large: halved the images agree better',
      'Look whether they come from images of half the pixel size.',
    ),
  ];
}

/** `better`: M×2 pixels by which the images agree clearly better than by those given; null where there are none. */
export async function checkShifts(
  posed: PosedImages,
  pixelSizeAngstrom: number | null,
): Promise<{ finding: Finding; better: Float32Array | null }> {
  const { shifts } = posed.given;
  const usual = shifts ? quantile(farther(shifts), 0.95) : 0;
  const spread = measure('95th percentile of the shifts', usual, 'pixels');
  if (!shifts || usual < SMALL_PIXELS) return { finding: ofNone(usual, spread), better: null };
  const tried: Tried[] = [];
  for (const mistake of mistakes(pixelSizeAngstrom)) {
    const changed = new Float32Array(shifts.length);
    for (let i = 0; i < shifts.length; i += 2) changed.set(mistake.of(shifts[i], shifts[i + 1]), i);
    const instead = await posed.under({ shifts: changed });
    tried.push({
      ...{ mistake, shifts: changed, mean: meanWithError(instead).mean },
      errors: pairedErrors(instead, posed.scores),
    });
  }
  const best = tried.reduce((a, b) => (b.mean > a.mean ? b : a));
  const measures = [
    spread,
    ...tried.map(({ mistake, errors }) => measure(`${mistake.name}, over as given`, errors, 'standard errors')),
  ];
  const finding = { check: 'shifts' as const, measures, ...saidOf(best, usual, posed.compared.points.boxPixels) };
  return { finding, better: finding.verdict === 'wrong' ? best.shifts : null };
}

interface Tried {
  mistake: Mistake;
  shifts: Float32Array;
  /** Of the images' agreement. */
  mean: number;
  /** Over the shifts as given, standard errors. */
  errors: number;
}

const farther = (shifts: Float32Array) =>
  Float64Array.from({ length: shifts.length / 2 }, (_, i) =>
    Math.max(Math.abs(shifts[2 * i]), Math.abs(shifts[2 * i + 1])),
  );

function ofNone(usual: number, spread: Measure): Finding {
  const small = usual > 0;
  return {
    ...{ check: 'shifts', verdict: 'cannot say', measures: [spread] },
    sentence: small
      ? `The shifts are below ${inWords(usual)} pixels, too small to be told from none.`
      : 'There are no shifts.',
    advice: small ? 'Look whether they were meant in another unit.' : null,
  };
}

function saidOf(
  { mistake, errors }: Tried,
  usual: number,
  boxPixels: number,
): Pick<Finding, 'verdict' | 'sentence' | 'advice'> {
  if (errors > CERTAIN)
    return {
      verdict: 'wrong',
      sentence: `${mistake.says} (${inWords(errors)} standard errors).`,
      advice: mistake.advice,
    };
  const far = usual > FAR * boxPixels;
  const spread = `19 of 20 shifts are below ${inWords(usual)} pixels, ${inWords((100 * usual) / boxPixels)} % of the box`;
  if (errors > -CERTAIN)
    return {
      verdict: far ? 'look' : 'cannot say',
      sentence: `${spread}; whether unit and sign are right the images do not tell.`,
      advice: far ? 'Extract the particles anew, centred, or look at the unit of the shifts.' : null,
    };
  return {
    verdict: far ? 'look' : 'good',
    sentence: `Shifts are in the right unit: centred by them the images agree best. ${spread}.`,
    advice: far ? 'They are large: the window cuts the particles. Extract them anew, centred.' : null,
  };
}
