// States: a landscape of maps that stand for all particles. What it is asked for on the left, what came of it on the right.
import { useEffect, useState } from 'react';
import { Download, Mountain } from 'lucide-react';
import type { RunSummary } from '../../../../workers/contract.ts';
import {
  cancelStates,
  dismissStatesError,
  exportStates,
  openStates,
  runStates,
  useExplore,
  useStates,
} from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { EmptyState } from '../../../ui/empty-state.tsx';
import { NoticeCard } from '../../../ui/notice-card.tsx';
import { ProgressBar } from '../../../ui/progress.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { saveFile } from '../../export/download.ts';
import { FreeEnergyPanel } from './free-energy-panel.tsx';
import { planWords } from './plan-words.ts';
import { SketchPanel } from './sketch-panel.tsx';
import { StatesForm } from './states-form.tsx';
import { TreePanel } from './tree-panel.tsx';
import { VariancePanel } from './variance-panel.tsx';
import styles from './states.module.css';

type View = 'tree' | 'variance' | 'sketch' | 'energy';

export function StatesTab({ run, onDraw }: { run: RunSummary; onDraw: () => void }) {
  const latents = useExplore((state) => state.latents);
  const landscape = useStates((state) => state.landscape);
  const error = useStates((state) => state.error);
  const [view, setView] = useState<View>('tree');
  useEffect(() => void openStates(), [latents]);
  return (
    <div className={styles.layout} data-testid="states" data-ready={landscape !== null}>
      <StatesForm run={run} onDraw={onDraw} />
      <div className={styles.results}>
        <ResultsBar view={view} onView={setView} />
        {error && (
          <NoticeCard
            notice={error}
            tone="error"
            testId="states-error"
            actions={
              <Button size="s" onClick={dismissStatesError}>
                Dismiss
              </Button>
            }
          />
        )}
        {landscape ? (
          <div className={styles.view}>
            {view === 'tree' && <TreePanel landscape={landscape} />}
            {view === 'variance' && <VariancePanel landscape={landscape} />}
            {view === 'sketch' && <SketchPanel landscape={landscape} />}
            {view === 'energy' && <FreeEnergyPanel landscape={landscape} />}
          </div>
        ) : (
          <Before />
        )}
      </div>
    </div>
  );
}

function ResultsBar({ view, onView }: { view: View; onView: (view: View) => void }) {
  const work = useStates((state) => state.work);
  const progress = useStates((state) => state.progress);
  const hasLandscape = useStates((state) => state.landscape !== null);
  return (
    <div className={styles.bar}>
      {hasLandscape && (
        <Segmented<View>
          label="What of the landscape is shown"
          small
          value={view}
          options={[
            { value: 'tree', label: 'States' },
            { value: 'variance', label: 'Variance' },
            { value: 'sketch', label: 'Sketch' },
            { value: 'energy', label: 'Free energy' },
          ]}
          onChange={onView}
          testId="states-view"
        />
      )}
      {work && (
        <div className={styles.progress}>
          <ProgressBar
            fraction={progress?.fraction ?? null}
            message={progress?.message ?? WORK_WORDS[work]}
            onCancel={cancelStates}
            testId="states-progress"
          />
        </div>
      )}
      {hasLandscape && (
        <>
          <span className={styles.grow} />
          <Button
            size="s"
            icon={<Download />}
            disabled={work !== null}
            title="Tables, maps of the states, lists of particles and figures, as a zip"
            onClick={() => void exportStates(saveFile)}
            testId="states-export"
          >
            Save all
          </Button>
        </>
      )}
    </div>
  );
}

const WORK_WORDS = {
  plan: 'Measuring a few maps',
  run: 'Making the landscape',
  mask: 'Comparing the maps in the new mask',
  states: 'Joining the maps',
  particles: 'Placing all particles in volume space',
  homogeneity: 'Comparing maps of one cluster',
  energy: 'Computing the free energy',
  path: 'Finding the path',
  export: 'Writing files',
} as const;

/** Nothing is kept yet: what it will cost, and the beginning. */
function Before() {
  const opened = useStates((state) => state.opened);
  const plan = useStates((state) => state.plan);
  const work = useStates((state) => state.work);
  if (!opened || work === 'run') return null;
  return (
    <EmptyState
      icon={<Mountain />}
      title="No landscape of maps yet"
      action={
        <Button
          variant="primary"
          disabled={work !== null && work !== 'plan'}
          onClick={() => void runStates()}
          testId="states-run-first"
        >
          Make the landscape
        </Button>
      }
    >
      Maps that stand for all particles are decoded once, compared voxel by voxel, and joined into states.{' '}
      {plan && `${planWords(plan)}.`}
    </EmptyState>
  );
}
