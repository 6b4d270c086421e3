// What a linear model's components are: how many both halves of the images give, and whether their latents follow what they should
// know nothing of: view, turn in the plane, defocus, shift, the images' contrast. Share of a latent's variance that a polynomial of the
// second degree in each explains, against what one of no meaning explains by chance.
import { CTF_WIDTH, type Poses } from '../formats/particles.ts';
import { eulerFromMatrix } from '../geometry/rotation.ts';
import { inWords, measure, type Finding, type Measure } from './finding.ts';
import { evenRows } from './scan.ts';
import { chanceShare, explained } from './statistics.ts';

/** Latents of a fit to the N particles of a set. */
export interface FittedComponents {
  /** N×q posterior means, standard deviations as units. */
  latents: Float32Array;
  components: number;
  /** Components, from the first, that both halves of the images give. */
  reproducible: number;
  /** q canonical correlations between the halves'. */
  correlations: readonly number[];
}

/** What a component may follow of the N particles. */
export interface Nuisances {
  poses: Poses | null;
  ctf: Float32Array | null;
  /** N: standard deviation of each image; null where not measured. */
  deviations: Float32Array | null;
}

/** Share of the variance above chance: a correlation of 0.32 is worth a look, and one of 0.55 no accident of the molecule. */
const LOOK = 0.1;
const FOLLOWS = 0.3;
/** Particles that are looked at. */
const MOST = 20_000;

export interface Leak {
  /** From 1. */
  component: number;
  nuisance: string;
  share: number;
  chance: number;
}

export function checkComponents({ components, reproducible, correlations }: FittedComponents): Finding {
  const measures: Measure[] = correlations.map((value, i) =>
    measure(`canonical correlation ${i + 1} between halves`, value),
  );
  const base = { check: 'components' as const, measures };
  if (reproducible === 0)
    return {
      ...base,
      verdict: 'look',
      sentence: 'No component reproduces between halves of the images: one structure explains them.',
      advice:
        'Do not read a landscape of these latents; more images, or a mask about the part that moves, may show motion.',
    };
  return {
    ...base,
    verdict: 'good',
    sentence: `${reproducible} of ${components} components ${reproducible === 1 ? 'reproduces' : 'reproduce'} between halves of the images.`,
    advice: reproducible < components ? 'Read the landscape along those; the others may be noise.' : null,
  };
}

/** The strongest nuisance of each component, above chance or not. */
export function leaksOf({ latents, components }: FittedComponents, nuisances: Nuisances): Leak[] {
  const rows = evenRows(latents.length / components, MOST);
  const families = Object.entries(columnsOf(nuisances, rows));
  return Array.from({ length: components }, (_, a) => {
    const z = Float64Array.from(rows, (row) => latents[row * components + a]);
    const leaks = families.map(([nuisance, columns]): Leak => {
      const { share, terms } = explained(z, columns);
      const { mean, most } = chanceShare(terms, rows.length);
      // Shares by chance are told, but taken off.
      return { component: a + 1, nuisance, share: share > most ? share - mean : 0, chance: most };
    });
    return leaks.reduce((a2, b) => (b.share > a2.share ? b : a2), {
      component: a + 1,
      nuisance: 'nothing',
      share: 0,
      chance: 0,
    });
  });
}

export function checkLeakage(fit: FittedComponents, nuisances: Nuisances): Finding {
  const leaks = leaksOf(fit, nuisances);
  const measures = leaks.map(({ component, nuisance, share }) =>
    measure(`component ${component}, explained by ${nuisance}`, 100 * share, '%'),
  );
  const base = { check: 'leakage' as const, measures };
  // Components that do not reproduce are told of as such.
  const counted = leaks.filter(({ component }) => component <= fit.reproducible);
  const worst = counted.reduce<Leak | null>((most, leak) => (leak.share > (most?.share ?? LOOK) ? leak : most), null);
  if (!worst)
    return {
      ...base,
      verdict: counted.length > 0 ? 'good' : 'cannot say',
      sentence:
        counted.length > 0
          ? 'No component that reproduces follows view, turn, defocus, shift or contrast of the images.'
          : 'No component reproduces, so there is none to follow anything.',
      advice: null,
    };
  const all = counted.filter(({ share }) => share > LOOK);
  const words = all
    .map(({ component, nuisance, share }) => `component ${component} follows ${nuisance} (R² ${inWords(share)})`)
    .join(', ');
  return {
    ...base,
    verdict: worst.share > FOLLOWS ? 'wrong' : 'look',
    sentence: `${words[0].toUpperCase()}${words.slice(1)}: ${all.length === 1 ? 'that is' : 'those are'} unlikely to be motion.`,
    advice: ADVICE[worst.nuisance] ?? null,
  };
}

const ADVICE: Record<string, string> = {
  'the defocus': 'Look at CTF, pixel size and what was applied to the images before; colour the landscape by defocus.',
  'the view':
    'Look at the directions of the views and the mask; colour the landscape by the viewing direction before you believe it.',
  'the turn in the plane':
    'Look at the poses and at magnification or beam tilt; motion does not know how an image is turned.',
  'the shift': 'Look at unit and sign of the shifts, and whether the window cuts particles.',
  'the contrast': 'Fit with contrast estimated for each image (Contrast per image), and leave out images of thick ice.',
};

function columnsOf({ poses, ctf, deviations }: Nuisances, rows: Uint32Array): Record<string, Float64Array[]> {
  const column = (of: (row: number) => number) => Float64Array.from(rows, of);
  const powers = (x: Float64Array) => [x, squared(standardised(x))];
  const families: Record<string, Float64Array[]> = {};
  if (poses) {
    const { rotations, translations } = poses;
    const [x, y, z] = [6, 7, 8].map((i) => column((row) => rotations[9 * row + i]));
    families['the view'] = [x, y, z, product(x, y), product(x, z), product(y, z), squared(x), squared(y)];
    const psi = column((row) => (eulerFromMatrix(rotations, 9 * row)[2] * Math.PI) / 180);
    families['the turn in the plane'] = [1, 2].flatMap((n) => [
      psi.map((a) => Math.cos(n * a)),
      psi.map((a) => Math.sin(n * a)),
    ]);
    if (translations) {
      const [tx, ty] = [0, 1].map((i) => column((row) => translations[2 * row + i]));
      // Wrong shifts move the particle in the volume's frame: t turned back by the image's rotation.
      const moved = [0, 1, 2].map((axis) =>
        column((row) =>
          [0, 1].reduce((sum, i) => sum + translations[2 * row + i] * rotations[9 * row + 3 * i + axis], 0),
        ),
      );
      families['the shift'] = [tx, ty, squared(tx), squared(ty), product(tx, ty), ...moved];
    }
  }
  if (ctf) families['the defocus'] = powers(column((row) => (ctf[CTF_WIDTH * row + 2] + ctf[CTF_WIDTH * row + 3]) / 2));
  if (deviations)
    families['the contrast'] = powers(column((row) => (Number.isFinite(deviations[row]) ? deviations[row] : 0)));
  return families;
}

const squared = (x: Float64Array) => x.map((value) => value * value);
const product = (x: Float64Array, y: Float64Array) => x.map((value, i) => value * y[i]);
function standardised(x: Float64Array): Float64Array {
  const mean = x.reduce((sum, value) => sum + value, 0) / x.length;
  const deviation = Math.sqrt(x.reduce((sum, value) => sum + (value - mean) ** 2, 0) / x.length);
  return x.map((value) => (deviation > 0 ? (value - mean) / deviation : 0));
}
