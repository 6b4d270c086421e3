// What a landscape of maps is asked for: how many maps, where they are compared, how they are joined; what it costs.
import { Play } from 'lucide-react';
import type { Linkage, MapMetric, RunSummary } from '../../../../workers/contract.ts';
import {
  computeParticleVolumes,
  planStates,
  reclusterStates,
  remaskStates,
  runStates,
  setStatesSettings,
  useStates,
} from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { Select } from '../../../ui/select.tsx';
import { NumberField } from '../../../ui/text-field.tsx';
import { HelpLink } from '../../help/help-link.tsx';
import { MaskFields } from './mask-fields.tsx';
import { planWords } from './plan-words.ts';
import styles from './states.module.css';

const LINKAGES: { value: Linkage; label: string; hint: string }[] = [
  { value: 'ward', label: 'Ward', hint: 'states of even spread' },
  { value: 'average', label: 'Average', hint: 'cryoDRGN’s; rare states stand alone' },
  { value: 'complete', label: 'Complete', hint: 'by the farthest two maps' },
  { value: 'single', label: 'Single', hint: 'by the nearest two maps' },
];

export function StatesForm({ run, onDraw }: { run: RunSummary; onDraw: () => void }) {
  return (
    // Not a form that Enter sends: Enter ends the typing of a number, after which the cost is said again.
    <section className={styles.form} aria-label="What the landscape of maps is asked for">
      <SketchFields run={run} />
      <MaskFields run={run} onDraw={onDraw} />
      <TreeFields />
      <RunButtons />
      <ParticleFields />
    </section>
  );
}

function SketchFields({ run }: { run: RunSummary }) {
  const sketch = useStates((state) => state.settings.sketch);
  const box = Math.min(64, run.boxPixels);
  return (
    <div className={styles.row}>
      <NumberField
        inline
        small
        width={5}
        label="Maps"
        value={sketch.maps}
        onCommit={(maps) => setStatesSettings({ sketch: { maps: Math.max(2, Math.round(maps)) } })}
        testId="states-maps"
      />
      <NumberField
        inline
        small
        width={4}
        label="Box"
        value={sketch.boxPixels ?? box}
        onCommit={(typed) => {
          const boxPixels = 2 * Math.round(Math.min(run.boxPixels, Math.max(8, typed)) / 2);
          setStatesSettings({ sketch: { boxPixels } });
        }}
        testId="states-box"
      />
      <span className={styles.grow} />
      <HelpLink to="states" about="states, landscapes of maps" />
    </div>
  );
}

/** Of a landscape that is there the tree is made again at once. */
function TreeFields() {
  const { linkage, metric } = useStates((state) => state.settings.states);
  const hasLandscape = useStates((state) => state.landscape !== null);
  const change = (states: { linkage?: Linkage; metric?: MapMetric }) =>
    hasLandscape ? void reclusterStates(states) : setStatesSettings({ states });
  return (
    <div className={styles.row}>
      <Select<Linkage>
        className={styles.wide}
        label="Linkage"
        hideLabel
        small
        value={linkage}
        options={LINKAGES}
        onChange={(value) => change({ linkage: value })}
        testId="states-linkage"
      />
      <Select<MapMetric>
        className={styles.wide}
        label="Distance of maps"
        hideLabel
        small
        value={metric}
        options={[
          { value: 'euclidean', label: 'Euclidean' },
          { value: 'cosine', label: 'Cosine' },
        ]}
        onChange={(value) => change({ metric: value })}
        testId="states-metric"
      />
    </div>
  );
}

function RunButtons() {
  const settings = useStates((state) => state.settings);
  const landscape = useStates((state) => state.landscape);
  const plan = useStates((state) => state.plan);
  const work = useStates((state) => state.work);
  const isBusy = work !== null && work !== 'plan';
  const sameSketch = landscape !== null && isSame(landscape.settings.sketch, settings.sketch);
  const sameMask = landscape !== null && isSame(landscape.settings.mask, settings.mask);
  return (
    <>
      {plan && (
        <p className={styles.quiet} data-testid="states-plan">
          {planWords(plan)}
        </p>
      )}
      <div className={styles.row}>
        {sameSketch ? (
          <Button
            size="s"
            variant={sameMask ? 'secondary' : 'primary'}
            disabled={isBusy || sameMask}
            title="The maps that are kept are compared again; none is decoded"
            onClick={() => void remaskStates()}
            testId="states-remask"
          >
            Compare in this mask
          </Button>
        ) : (
          <Button
            size="s"
            variant="primary"
            icon={<Play />}
            disabled={isBusy}
            onClick={() => void runStates()}
            testId="states-run"
          >
            {landscape ? 'Make it again' : 'Make the landscape'}
          </Button>
        )}
        <Button
          size="s"
          variant="ghost"
          disabled={work !== null}
          onClick={() => void planStates()}
          testId="states-cost"
        >
          Cost
        </Button>
      </div>
    </>
  );
}

function isSame(a: object, b: object): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Fewer maps are learned from sooner, and tell less. */
const TRAIN_MAPS = [25_000, 5000, 1000, 0];

function ParticleFields() {
  const landscape = useStates((state) => state.landscape);
  const work = useStates((state) => state.work);
  const trainMaps = useStates((state) => state.settings.particles.trainMaps);
  if (!landscape) return null;
  const { particles, maps } = landscape;
  return (
    <div className={styles.group}>
      <strong>All particles in volume space</strong>
      <div className={styles.row}>
        {maps === 'decoded' && (
          <Select
            className={styles.wide}
            label="Maps learned from"
            hideLabel
            small
            value={String(TRAIN_MAPS.includes(trainMaps) ? trainMaps : TRAIN_MAPS[0])}
            options={TRAIN_MAPS.map((count) => ({
              value: String(count),
              label: count === 0 ? 'Maps of the sketch alone' : `From ${count.toLocaleString('en')} more maps`,
            }))}
            onChange={(value) => setStatesSettings({ particles: { trainMaps: Number(value) } })}
            testId="states-train-maps"
          />
        )}
        <Button
          size="s"
          disabled={work !== null}
          onClick={() => void computeParticleVolumes(maps === 'decoded' ? trainMaps : 0)}
          testId="states-particles"
        >
          {particles ? 'Again' : 'Compute'}
        </Button>
      </div>
      {particles && (
        <p className={styles.quiet} data-testid="states-particles-words">
          {particles.how === 'exact'
            ? 'Exact: the run’s maps are sums.'
            : `Learned from ${particles.learnedFrom.toLocaleString('en')} maps; of held-out maps it tells ${percents(particles.heldOutR2)} % of the variance of PC1, PC2 …`}{' '}
          They are axes and colours of the landscape: Volume PC1 …
        </p>
      )}
    </div>
  );
}

function percents(shares: Float32Array): string {
  return [...shares.subarray(0, 3)].map((share) => (100 * share).toFixed(0)).join(', ');
}
