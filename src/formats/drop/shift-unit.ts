// Translations of a pose.pkl: fractions of the box (cryoDRGN's parse_pose_*) or pixels (its ab initio runs). The file does
// not say which; their spread tells, or leaves it open.
import type { Poses } from '../particles.ts';
import type { Notice } from '../../base/errors.ts';
import { inWords } from './recognise.ts';
import type { Answers, ReadingQuestion } from './understanding.ts';

/** A particle farther from its image's centre lies outside of the image. */
const OUTSIDE = 0.5;
/** As fractions: where all but a twentieth of the particles lie this near to their centres, it is the usual case. As
 * pixels: a search whose shifts all but vanish would be strange. */
const USUAL = 0.25;
/** As pixels: no search finds 19 of 20 particles centred to a tenth of a pixel. */
const NEVER_PIXELS = 0.1;

export interface ShiftUnit {
  unit: 'pixels' | 'fractions';
  /** The other unit is impossible or nearly so. */
  certain: boolean;
  /** 95th percentile and largest of max(|x|, |y|) over the particles, as written. */
  usual: number;
  largest: number;
  /** Particles whose |x| or |y| is above half a box, were they fractions. */
  outside: number;
}

/** The unit in which N×2 `translations` are written. */
export function weighShifts(translations: Float32Array): ShiftUnit {
  const farther = Float32Array.from({ length: translations.length / 2 }, (_, i) =>
    Math.max(Math.abs(translations[2 * i]), Math.abs(translations[2 * i + 1])),
  ).sort();
  const count = farther.length;
  const usual = count === 0 ? 0 : farther[Math.max(0, Math.ceil(0.95 * count) - 1)];
  const largest = count === 0 ? 0 : farther[count - 1];
  const outside = farther.reduce((n, shift) => n + (shift > OUTSIDE ? 1 : 0), 0);
  const weighed = { usual, largest, outside };
  if (usual > OUTSIDE) return { unit: 'pixels', certain: true, ...weighed };
  const certain = usual <= NEVER_PIXELS || (usual <= USUAL && outside === 0);
  return { unit: 'fractions', certain, ...weighed };
}

/** Poses with translations as fractions of the box, and what has to be said or asked of it. */
export function posesInFractions(
  poses: Poses,
  boxPixels: number,
  file: string,
  answers: Answers,
): { poses: Poses; notices: Notice[]; question: ReadingQuestion | null } {
  const { rotations, translations } = poses;
  if (!translations) return { poses, notices: [], question: null };
  const weighed = weighShifts(translations);
  const unit = answers.shifts ?? weighed.unit;
  const inFractions = unit === 'pixels' ? translations.map((t) => t / boxPixels) : translations;
  const open = answers.shifts === undefined && !weighed.certain;
  return {
    poses: { rotations, translations: inFractions },
    notices: open || answers.shifts !== undefined ? [] : notices(weighed, boxPixels, file),
    question: open ? question(weighed, file) : null,
  };
}

function notices({ unit, usual, largest, outside }: ShiftUnit, boxPixels: number, file: string): Notice[] {
  const said: Notice[] = [];
  if (unit === 'pixels')
    said.push({
      code: 'translations-in-pixels',
      message: `Translations are taken as pixels, as ab initio runs write them: as fractions of the box ${inWords(outside)} particles would lie outside of their images.`,
      file,
      advice: 'They are divided by the box; check that particles are centred in the gallery.',
    });
  else if (outside > 0)
    said.push({
      code: 'shifts-outside-box',
      message: `Translations are fractions of the box; ${inWords(outside)} particles lie more than half a box from their centres, up to ${inWords(largest)}.`,
      file,
      advice: 'Leave these particles out if they ran away in refinement.',
    });
  if (unit === 'pixels' && usual > OUTSIDE * boxPixels)
    said.push({
      code: 'shifts-outside-box',
      message: `Translations reach ${inWords(largest)} pixels, beyond the images of ${boxPixels}.`,
      file,
      advice: 'Look whether the poses were made for a larger box, or are in Å.',
    });
  return said;
}

function question({ usual, largest, outside }: ShiftUnit, file: string): ReadingQuestion {
  const most = largest > usual ? `, the largest is ${inWords(largest)}` : '';
  const beyond = outside > 0 ? `, and ${inWords(outside)} lie outside of their images` : '';
  return {
    kind: 'reading',
    about: 'shift-unit',
    title: 'Are the shifts in pixels or in fractions of the box?',
    reason: `19 of 20 shifts are below ${inWords(usual)}${most}; the file does not say of what.`,
    file,
    readings: [
      {
        says: `Fractions of the box: particles lie up to ${inWords(100 * usual)} % of the box from their centres${beyond}. Files of parse_pose_star and parse_pose_csparc are like this.`,
        answer: { shifts: 'fractions' },
        option: '--shifts fractions',
      },
      {
        says: `Pixels: nearly all particles are centred to ${inWords(usual)} of a pixel. Files of ab initio runs of cryoDRGN are in pixels.`,
        answer: { shifts: 'pixels' },
        option: '--shifts pixels',
      },
    ],
  };
}
