// One hinge or two at known poses, met evenly or not: fig. 4-3 and 4-7, and the sets of table 3.2 with the true poses (Uniform is its Linear 1D).
import { componentSpearman, circleRow, mapRows, neighbourSpearman } from '../figures.ts';
import type { Experiment, Row } from '../experiment.ts';
import { partitionAgreement } from '../../../src/validation/partition-agreement.ts';
import { predictFromNeighbours } from '../../../src/validation/latent-score.ts';

const MOLECULE = 'the project’s two-domain molecule';
/** Radians of the motions. */
const SPAN = 1.5;
const DISCRETE_STATES = 10;

const spearmanRow = (figure: string, value: number, least?: number): Row => ({
  figure,
  value: value.toFixed(3),
  ...(least !== undefined && { toReach: { words: `≥ ${least}`, reached: value >= least } }),
});

function alongOneHinge(name: string, motion: string, thesis: string, least?: number): Experiment {
  return {
    name,
    thesis,
    differs: `${MOLECULE}; a network from a linear start`,
    async run(work) {
      const { states } = work.size;
      await work.simulate('set', '--motion', motion, '--states', states, '--span', SPAN);
      const latents = await work.trainStandard('set', 'run');
      const state = work.label('set', 'state');
      const predicted = await predictFromNeighbours(latents.mu, latents.zDim, state);
      const inMiddle = (values: ArrayLike<number>): string => {
        const inside = Array.from(values).filter((v) => v > (states - 1) / 3 && v < (2 * (states - 1)) / 3);
        return `${((100 * inside.length) / values.length).toFixed(1)} %`;
      };
      return [
        spearmanRow('neighbour Spearman with the state', await neighbourSpearman(latents, state), least),
        spearmanRow('Spearman of PC1 with the state, absolute', componentSpearman(latents, state)),
        {
          figure: 'particles in the middle third, by neighbours (true)',
          value: `${inMiddle(predicted)} (${inMiddle(state)})`,
        },
        ...(await mapRows(work, 'set', 'run')),
      ];
    },
  };
}

const twoHinges: Experiment = {
  name: 'Linear 2D',
  thesis: 'table 3.2',
  differs: `${MOLECULE}, arm and cap; true poses; a network from a linear start`,
  async run(work) {
    await work.simulate('set', '--motion', 'two-hinges', '--states', work.size.states, '--span', SPAN);
    const latents = await work.trainStandard('set', 'run');
    return [
      spearmanRow('neighbour Spearman, arm', await neighbourSpearman(latents, work.label('set', 'angle_rad'))),
      spearmanRow('neighbour Spearman, cap', await neighbourSpearman(latents, work.label('set', 'angle2_rad'))),
      ...(await mapRows(work, 'set', 'run')),
    ];
  },
};

const circular: Experiment = {
  name: 'Circular',
  thesis: 'table 3.2',
  differs: `${MOLECULE}, the arm goes the whole way round; true poses; a network from a linear start`,
  async run(work) {
    const { states } = work.size;
    await work.simulate('set', '--motion', 'circular', '--states', states);
    const latents = await work.trainStandard('set', 'run');
    return [circleRow(latents, work.label('set', 'state'), states), ...(await mapRows(work, 'set', 'run'))];
  },
};

const discrete: Experiment = {
  name: 'Discrete-10',
  thesis: 'table 3.2',
  differs: `${MOLECULE}, arm and cap at ten places; true poses; a network from a linear start`,
  async run(work) {
    await work.simulate('set', '--motion', 'discrete', '--states', DISCRETE_STATES, '--span', SPAN);
    await work.trainStandard('set', 'run');
    const analysed = work.path('run', 'analysed');
    await work.vitrine(
      'analyze',
      work.path('run'),
      '--ksample',
      DISCRETE_STATES,
      '--no-vol',
      '--no-umap',
      '-o',
      analysed,
    );
    const labels = work.table('run', 'analysed', 'labels.csv').get('label') ?? new Float64Array();
    const { adjustedRand } = partitionAgreement(labels, work.label('set', 'state'));
    return [
      { figure: 'ARI of ten clusters with the states', value: adjustedRand.toFixed(3) },
      ...(await mapRows(work, 'set', 'run')),
    ];
  },
};

export const motions: Experiment[] = [
  alongOneHinge('Uniform', 'uniform', 'fig. 4-3', 0.95),
  alongOneHinge('Cooperative', 'cooperative', 'fig. 4-3'),
  alongOneHinge('Noncontiguous', 'noncontiguous', 'fig. 4-3'),
  twoHinges,
  circular,
  discrete,
];
