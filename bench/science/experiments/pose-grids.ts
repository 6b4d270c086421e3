// Poses against a known field on grids of different steps: tables 5.1 and 5.5.
import { poseError } from '../../../src/validation/pose-error.ts';
import type { Experiment, Row } from '../experiment.ts';

/** Base grid in degrees, subdivisions, and shifts along each axis. */
const SETTINGS: [baseDegrees: string, levels: number, shifts: number][] = [
  ['30', 5, 7],
  ['15', 4, 7],
  ['15', 4, 14],
  ['7.5', 3, 7],
];
/** Images that are searched. */
const SEARCHED = 300;

export const poseGrids: Experiment = {
  name: 'Grids of the pose search',
  thesis: 'tables 5.1, 5.5',
  differs: `${SEARCHED} images searched against a field that was learned at their true poses`,
  async run(work) {
    const few = ['-N', work.size.unposedImages, '--snr', work.size.unposedSnr, '--states', 1];
    const { stack, ctf, poses } = await work.simulate('set', ...few);
    const network = [
      '--enc-dim',
      work.size.width,
      '--dec-dim',
      work.size.width,
      '--seed',
      work.seed,
      '--device',
      work.device,
    ];
    const learn = ['--zdim', 0, '-n', 10, '--lr', 1e-3, '--lr-schedule', 'cosine', '-b', 8];
    await work.vitrine('train', stack, '--poses', poses, '--ctf', ctf, ...learn, ...network, '-o', work.path('run'));
    const rows: Row[] = [];
    for (const [base, levels, shifts] of SETTINGS) {
      const found = `found_${base}_${levels}_${shifts}.pkl`;
      const grid = [
        '--base-grid',
        base,
        '--niter',
        levels,
        '--t-ngrid',
        shifts,
        '--t-extent',
        3,
        '--device',
        work.device,
      ];
      const began = performance.now();
      await work.vitrine(
        'search',
        work.path('run'),
        stack,
        '--ctf',
        ctf,
        '--ind',
        work.indices(SEARCHED),
        ...grid,
        '-o',
        work.path(found),
      );
      const seconds = (performance.now() - began) / 1000;
      const truth = work.poses('set', 'poses.pkl').rotations.subarray(0, 9 * SEARCHED);
      const { medianDegrees, within10Degrees } = poseError(work.poses(found).rotations, truth);
      rows.push({
        figure: `base ${base}°, ${levels} subdivisions, ${shifts}² shifts: median error; within 10°; seconds`,
        value: `${medianDegrees.toFixed(2)}°; ${(100 * within10Degrees).toFixed(0)} %; ${seconds.toFixed(0)} s`,
      });
    }
    return rows;
  },
};
