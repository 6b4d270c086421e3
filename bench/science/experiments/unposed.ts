// From images alone, with and without tilt pairs (tables 3.2 to 3.4; one structure: chapter 5.2).
import { alignedFsc, alignMaps } from '../../../src/validation/map-alignment.ts';
import { poseError } from '../../../src/validation/pose-error.ts';
import { resolutionPixels } from '../../../src/validation/fsc.ts';
import type { Experiment, Row } from '../experiment.ts';
import { neighbourSpearman } from '../figures.ts';
import type { Work } from '../work.ts';

const TILT_DEGREES = 45;
const SPAN = 1.5;
const DISCRETE_STATES = 10;

interface Set {
  name: string;
  words: (size: Work['size']) => (string | number)[];
  /** Column of labels.csv that latents are to follow. */
  follows: 'state' | 'angle_rad';
}

const SETS: Set[] = [
  { name: 'Linear 1D', words: ({ states }) => ['--states', states, '--span', SPAN], follows: 'state' },
  {
    name: 'Linear 2D',
    words: ({ states }) => ['--motion', 'two-hinges', '--states', states, '--span', SPAN],
    follows: 'angle_rad',
  },
  { name: 'Circular', words: ({ states }) => ['--motion', 'circular', '--states', states], follows: 'state' },
  {
    name: 'Discrete-10',
    words: () => ['--motion', 'discrete', '--states', DISCRETE_STATES, '--span', SPAN],
    follows: 'angle_rad',
  },
];

async function find(work: Work, run: string, zDim: number, isTilted: boolean): Promise<void> {
  const { width, unposedEpochs } = work.size;
  const set = (name: string): string => work.path('set', name);
  const tilted = isTilted
    ? ['--tilt', set('particles_tilt.mrcs'), '--tilt-ctf', set('ctf.pkl'), '--tilt-deg', TILT_DEGREES]
    : [];
  const network = ['--zdim', zDim, '--enc-dim', width / 2, '--dec-dim', width / 2, '-n', unposedEpochs];
  const rest = ['--ctf', set('ctf.pkl'), ...tilted, '--seed', work.seed, '--device', work.device];
  await work.vitrine('abinit', set('particles.mrcs'), ...rest, ...network, '-o', work.path(run));
}

function poseRow(work: Work, run: string): { error: ReturnType<typeof poseError>; row: Row } {
  const error = poseError(work.poses(run, 'pose.pkl').rotations, work.poses('set', 'poses.pkl').rotations);
  const within = (100 * error.within10Degrees).toFixed(0);
  return {
    error,
    row: { figure: 'rotations, median error; within 10°', value: `${error.medianDegrees.toFixed(1)}°; ${within} %` },
  };
}

function heterogeneous({ name, words, follows }: Set): Experiment {
  return {
    name: `${name} from images alone`,
    thesis: 'tables 3.2 to 3.4',
    differs: 'a start by expectation–maximisation, latents from a linear model at its poses; tilt 45°',
    async run(work) {
      const { unposedImages, unposedSnr } = work.size;
      const few = ['-N', unposedImages, '--snr', unposedSnr, '--shift', 1, '--tilt', TILT_DEGREES];
      await work.simulate('set', ...few, ...words(work.size));
      const truth = work.label('set', follows);
      const rows: Row[] = [];
      for (const isTilted of [false, true]) {
        const run = isTilted ? 'tilted' : 'single';
        await find(work, run, 2, isTilted);
        const { row } = poseRow(work, run);
        const spearman = await neighbourSpearman(await work.latents(run), truth);
        const kind = isTilted ? 'tilt pairs' : 'single images';
        rows.push(
          { ...row, figure: `${kind}: ${row.figure}` },
          {
            figure: `${kind}: neighbour Spearman with the ${follows === 'state' ? 'state' : 'arm'}`,
            value: spearman.toFixed(3),
          },
        );
      }
      return rows;
    },
  };
}

const oneStructure: Experiment = {
  name: 'One structure from images alone',
  thesis: 'chapter 5.2',
  differs: 'the project’s two-domain molecule; a start by expectation–maximisation',
  async run(work) {
    const { unposedImages, unposedSnr, boxPixels } = work.size;
    await work.simulate('set', '-N', unposedImages, '--snr', unposedSnr, '--shift', 1, '--states', 1);
    await find(work, 'run', 0, false);
    const { error, row } = poseRow(work, 'run');
    await work.vitrine('decode', work.path('run'), '--device', work.device, '-o', work.path('run', 'map'));
    const [map, truth] = [await work.map('run', 'map', 'vol_001.mrc'), await work.map('set', 'truth', 'truth_000.mrc')];
    const aligned = alignMaps(map, truth, boxPixels, { start: error.alignment, hand: error.hand });
    const resolution = resolutionPixels(alignedFsc(map, truth, boxPixels, aligned));
    return [row, { figure: 'resolution of its map at FSC 0.5, pixels', value: resolution.toFixed(2) }];
  },
};

export const unposed: Experiment[] = [oneStructure, ...SETS.map(heterogeneous)];
