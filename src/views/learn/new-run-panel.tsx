// Start of a run: preset, name, what it will cost, the button.
import { Play } from 'lucide-react';
import type { DatasetSummary } from '../../../workers/contract.ts';
import {
  cancelEstimate,
  choosePreset,
  setParam,
  setRunName,
  useLearnForm,
  type PresetName,
} from '../../stores/learn-form.ts';
import { activeRun, startRun, useRuns } from '../../stores/runs.ts';
import { PRESETS } from '../../params.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText } from '../../ui/quantities.ts';
import { TextField } from '../../ui/text-field.tsx';
import { EstimatePanel } from './estimate-panel.tsx';
import styles from './learn.module.css';

export function NewRunPanel({ dataset }: { dataset: DatasetSummary }) {
  const { name, params, errors } = useLearnForm();
  const active = useRuns(activeRun);
  const pending = useRuns((state) => state.pending);
  const error = useRuns((state) => state.error);
  const runs = useRuns((state) => state.runs.filter((run) => run.datasetId === dataset.id).length);
  const wrong = Object.keys(errors).length;
  const suggested = `${dataset.name} ${runs + 1}`;
  const unreadable = !dataset.originalsAtHand && !dataset.imagesKept;
  const start = async () => {
    cancelEstimate();
    if (await startRun(dataset.id, name.trim() || suggested, params)) setRunName('');
  };
  return (
    <Panel title="New run" note={`${countText(dataset.particles)} particles of ${dataset.boxPixels}²`} testId="new-run">
      <div className={styles.stack}>
        <Presets />
        <TextField label="Name" value={name} placeholder={suggested} onChange={setRunName} testId="run-name" />
        <PolarityHint dataset={dataset} />
        <EstimatePanel dataset={dataset} />
        {error && <NoticeCard tone="error" notice={error} testId="start-error" />}
        <Button
          variant="primary"
          size="l"
          icon={<Play />}
          busy={pending === 'start'}
          disabled={active !== null || wrong > 0 || pending !== null || unreadable}
          onClick={() => void start()}
          testId="start"
        >
          Start learning
        </Button>
        {(active !== null || wrong > 0 || unreadable) && (
          <p className={styles.quiet}>
            {active
              ? `${active.name} is ${active.status}: one run at a time.`
              : wrong > 0
                ? `${wrong === 1 ? 'A setting needs' : `${wrong} settings need`} another value below.`
                : 'The images are not at hand: drop the files again on Data.'}
          </p>
        )}
      </div>
    </Panel>
  );
}

function Presets() {
  const preset = useLearnForm((state) => state.preset);
  return (
    <div role="radiogroup" aria-label="Preset" className={styles.presets} data-testid="presets">
      {(Object.keys(PRESETS) as PresetName[]).map((name) => (
        <label
          key={name}
          className={classNames(styles.preset, preset === name && styles.presetOn)}
          data-testid={`preset-${name}`}
        >
          <input
            type="radio"
            name="preset"
            className="visually-hidden"
            checked={preset === name}
            onChange={() => choosePreset(name)}
          />
          <span className={styles.presetName}>{PRESETS[name].label}</span>
          <span className={styles.presetText}>{PRESETS[name].meaning}</span>
        </label>
      ))}
      {preset === null && <p className={styles.quiet}>Own settings. A preset sets them back.</p>}
    </div>
  );
}

/** The sign of the images and the setting disagree: an easy and costly mistake. */
function PolarityHint({ dataset }: { dataset: DatasetSummary }) {
  const invertData = useLearnForm((state) => state.params.invertData);
  if (dataset.looksWhite === null || dataset.looksWhite === invertData) return null;
  const look = dataset.looksWhite ? 'white on dark' : 'dark on white';
  return (
    <NoticeCard
      tone="warning"
      testId="polarity-hint"
      notice={{
        code: 'polarity',
        message: `The particles look ${look}, the setting says ${invertData ? 'white' : 'dark'}.`,
        advice: 'With the wrong sign the maps come out inverted and blurred.',
      }}
      actions={
        <Button size="s" onClick={() => setParam('invertData', dataset.looksWhite!)}>
          Set it to {dataset.looksWhite ? 'white' : 'dark'} particles
        </Button>
      }
    />
  );
}
