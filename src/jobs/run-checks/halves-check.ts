// Has the model invented it? Two models, each of half of the images, compared at the same images shell by shell: of the images as they are,
// and of images whose phases beyond a shell are random, of which nothing beyond it can be true.
import { withRandomPhases } from '../../imaging/image-subset.ts';
import { measure } from '../../first-aid/finding.ts';
import { resolutionPixels } from '../../validation/fsc.ts';
import { canonicalCorrelations } from '../../validation/canonical-correlations.ts';
import type { RunCheck } from './check.ts';
import { withNoise, type CheckOptions, type CheckWork } from './check-work.ts';
import { halfModels } from './half-models.ts';
import { matchedMaps } from './matched-maps.ts';

/** FSC of halves beyond the shell, of images that say nothing there: more than this was invented. */
const INVENTED = 0.1;
/** Shells after the first random one that are not counted: soft masks carry phases over from their neighbours. */
const SPARED_SHELLS = 2;
/** Canonical correlation of both halves' latents that counts as the same direction. */
const AGREES = 0.5;

/** Two models of half of the images each. Errors: those of fitting, 'cancelled'. */
export async function checkHalves(work: CheckWork, options: CheckOptions): Promise<RunCheck> {
  const particles = await withNoise(work);
  const folders = await halfModels(work, particles, 'halves', options);
  const { imagePixels, boxPixels, pixelSizeAngstrom } = work.record;
  const found = await matchedMaps(await work.openEngine(), folders, particles, imagePixels, options);
  const [a, b] = found.latents;
  const correlations = canonicalCorrelations(a.mu, a.zDim, b.mu, b.zDim);
  const agreeing = correlations.filter((value) => value >= AGREES).length;
  const mean = meanCurve(found.curves);
  const frequencies = mean.map((_, shell) => shell / boxPixels);
  const angstrom = pixelSizeAngstrom * resolutionPixels({ values: mean, frequencies }, 0.143);
  return {
    ...{ version: 1, check: 'halves', boxPixels, pixelSizeAngstrom, fromShell: null, table: null },
    verdict: agreeing > 0 ? 'good' : 'wrong',
    sentence:
      agreeing > 0
        ? `Two models of half of the images each agree on ${agreeing} of ${correlations.length} directions of their latents; their maps of the same images agree to ${angstrom.toFixed(1)} Å.`
        : `Two models of half of the images each agree on no direction of their latents, though their maps agree to ${angstrom.toFixed(1)} Å: what varies is not in the images.`,
    advice:
      agreeing > 0
        ? 'Show no detail beyond that resolution.'
        : 'Do not read the landscape; more images or a mask may help.',
    measures: [
      measure('resolution of matched maps at 0.143, first crossing', angstrom, 'Å'),
      ...correlations.map((value, i) => measure(`canonical correlation ${i + 1} of both halves’ latents`, value)),
    ],
    curves: namedCurves(found.curves),
  };
}

/** The same of images whose phases are random beyond a shell. Errors: those of fitting, 'cancelled'. */
export async function checkPhases(work: CheckWork, options: CheckOptions): Promise<RunCheck> {
  const { imagePixels, boxPixels, pixelSizeAngstrom } = work.record;
  const side = boxPixels * pixelSizeAngstrom;
  const asked = options.beyondAngstrom ? Math.round(side / options.beyondAngstrom) : Math.round(boxPixels / 4);
  const fromShell = Math.min(boxPixels / 2 - 4, Math.max(3, asked));
  const whole = await withNoise(work);
  const particles = { ...whole, images: withRandomPhases(whole.images, fromShell, options.seed ?? 0) };
  const folders = await halfModels(work, particles, `phases-${fromShell}`, options);
  const { curves } = await matchedMaps(await work.openEngine(), folders, particles, imagePixels, options);
  return { ...phasesFinding(curves, { fromShell, boxPixels, pixelSizeAngstrom }), curves: namedCurves(curves) };
}

/** What curves of halves say whose images have random phases from `fromShell` on. */
export function phasesFinding(
  curves: readonly Float64Array[],
  { fromShell, boxPixels, pixelSizeAngstrom }: { fromShell: number; boxPixels: number; pixelSizeAngstrom: number },
): RunCheck {
  const first = fromShell + SPARED_SHELLS;
  const beyond = curves.map((curve) => {
    const rest = curve.subarray(first);
    return rest.reduce((sum, value) => sum + value, 0) / rest.length;
  });
  const most = Math.max(...beyond);
  const angstrom = (boxPixels * pixelSizeAngstrom) / fromShell;
  const figure = most.toFixed(3);
  const invented = !(most < INVENTED);
  return {
    ...{ version: 1, check: 'phases', boxPixels, pixelSizeAngstrom, fromShell, table: null, curves: [] },
    verdict: invented ? 'wrong' : 'good',
    sentence: invented
      ? `Of images whose phases say nothing beyond ${angstrom.toFixed(1)} Å, two models agree there nonetheless (FSC ${figure}): the model invents structure.`
      : `Of images whose phases say nothing beyond ${angstrom.toFixed(1)} Å, two models agree on nothing there (FSC ${figure}): no structure is invented.`,
    advice: invented
      ? 'Do not trust detail beyond that resolution: train longer or a smaller network, and compare with maps made from the images.'
      : null,
    measures: [
      measure('FSC of halves beyond the shell, mean, of the worst state', most),
      ...beyond.map((value, i) => measure(`of state ${i + 1}`, value)),
    ],
  };
}

/** Means over states. */
function meanCurve(curves: readonly Float64Array[]): Float64Array {
  return curves[0].map((_, shell) => curves.reduce((sum, curve) => sum + curve[shell], 0) / curves.length);
}

function namedCurves(curves: readonly Float64Array[]) {
  return curves.map((values, i) => ({ name: `state ${i + 1}`, values: [...values] }));
}
