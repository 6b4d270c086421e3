// Kinds that lack a domain: fig. 4-3 and 4-7, and the rare state of fig. 6-4.
import { partitionAgreement } from '../../../src/validation/partition-agreement.ts';
import type { Experiment } from '../experiment.ts';
import { mapRows } from '../figures.ts';

/** As 70S, 50S and 30S are: the whole, and either of its parts. */
const KINDS = ['--states', 1, '--without', 'arm+cap=0.3', '--without', 'core+cap=0.2'];

export const compositional: Experiment = {
  name: 'Compositional',
  thesis: 'fig. 4-3, 4-7',
  differs:
    'the molecule, its core alone, its arm alone (50, 30, 20 %) instead of ribosomes; a network from a linear start',
  async run(work) {
    await work.simulate('set', ...KINDS);
    await work.trainStandard('set', 'run');
    const analysed = work.path('run', 'analysed');
    await work.vitrine('analyze', work.path('run'), '--ksample', 3, '--no-vol', '--no-umap', '-o', analysed);
    const labels = work.table('run', 'analysed', 'labels.csv').get('label') ?? new Float64Array();
    const { adjustedRand, adjustedMutualInformation } = partitionAgreement(labels, work.label('set', 'composition'));
    return [
      {
        figure: 'ARI of three clusters with the kinds',
        value: adjustedRand.toFixed(3),
        toReach: { words: '≥ 0.95', reached: adjustedRand >= 0.95 },
      },
      { figure: 'AMI of the same', value: adjustedMutualInformation.toFixed(3) },
      ...(await mapRows(work, 'set', 'run')),
    ];
  },
};

const RARE = ['--states', 2, '--span', 1.5, '--without', 'cap', '--populations', '0.496,0.496,0.008'];
/** Of `state` in labels.csv. */
const RARE_STATE = 2;

export const rareState: Experiment = {
  name: 'Rare state',
  thesis: 'fig. 6-4',
  differs:
    'two angles of the arm, 49.6 % each, and 0.8 % without the cap; a linear model; average linkage of its maps, six states',
  async run(work) {
    const { stack, poses, ctf } = await work.simulate(
      'set',
      '-N',
      work.size.rareImages,
      '--snr',
      work.size.rareSnr,
      ...RARE,
    );
    const fit = ['--poses', poses, '--ctf', ctf, '--seed', work.seed, '--device', work.device];
    await work.vitrine('linear', stack, ...fit, '-o', work.path('run'));
    await work.vitrine('landscape', work.path('run'), '--linkage', 'average', '--states', 6, '--device', work.device);
    const { epoch } = await work.latents('run');
    const found = work.table('run', `landscape.${epoch}`, 'particle_labels.csv').get('state') ?? new Float64Array();
    const isRare = work.label('set', 'state').map((state) => (state === RARE_STATE ? 1 : 0));
    const { precision, recall } = bestCluster(found, isRare);
    return [
      {
        figure: 'cluster that holds most of it: precision, recall',
        value: `${precision.toFixed(2)}, ${recall.toFixed(2)}`,
        toReach: { words: 'both ≥ 0.8', reached: Math.min(precision, recall) >= 0.8 },
      },
    ];
  },
};

/** Of the cluster in which most of the wanted particles lie. */
function bestCluster(labels: Float64Array, isWanted: Float64Array): { precision: number; recall: number } {
  const wanted = new Map<number, number>();
  const all = new Map<number, number>();
  labels.forEach((label, i) => {
    all.set(label, (all.get(label) ?? 0) + 1);
    wanted.set(label, (wanted.get(label) ?? 0) + isWanted[i]);
  });
  const [best, inside] = [...wanted].reduce((a, b) => (b[1] > a[1] ? b : a));
  return { precision: inside / (all.get(best) ?? 1), recall: inside / isWanted.reduce((a, b) => a + b, 0) };
}
