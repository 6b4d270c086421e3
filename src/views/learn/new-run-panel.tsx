// Start of a run: whether poses are known, preset, name, what it will cost, the button.
import { Info, Play } from 'lucide-react';
import { useShallow } from 'zustand/react/shallow';
import type { DatasetSummary } from '../../../workers/contract.ts';
import {
  cancelEstimate,
  chooseMethod,
  choosePreset,
  estimateKey,
  setParam,
  setRunName,
  useLearnForm,
  type Method,
} from '../../stores/learn-form.ts';
import { chosenModel, useModelFile } from '../../stores/model-file.ts';
import { activeRun, startAtomsRun, startRun, suggestedRunName, useRuns } from '../../stores/runs.ts';
import { choiceLabel } from '../../params/definition.ts';
import { choicesOf, defaultParams, PRESETS, presetValues, type Params, type PresetName } from '../../params/params.ts';
import { Button } from '../../ui/button.tsx';
import { classNames } from '../../ui/class-names.ts';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { countText } from '../../ui/quantities.ts';
import { Segmented } from '../../ui/segmented.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { EstimatePanel } from './estimate-panel.tsx';
import { LinearEstimate } from './linear-estimate.tsx';
import { ModelPanel } from './model-panel.tsx';
import { HelpLink } from '../help/help-link.tsx';
import lines from './lines.module.css';
import styles from './new-run-panel.module.css';

export function NewRunPanel({ dataset }: { dataset: DatasetSummary }) {
  const name = useLearnForm((state) => state.name);
  const params = useLearnForm((state) => state.params);
  const errors = useLearnForm((state) => state.errors);
  const active = useRuns(activeRun);
  const pending = useRuns((state) => state.pending);
  const error = useRuns((state) => state.error);
  const suggested = useRuns((state) => suggestedRunName(state, dataset));
  const ofAtoms = params.method === 'atoms';
  const chosen = useModelFile(useShallow(chosenModel));
  const model = ofAtoms ? chosen : null;
  const wrong = Object.keys(errors).length;
  const unreadable = !dataset.originalsAtHand && !dataset.imagesKept;
  const start = async () => {
    cancelEstimate();
    const called = name.trim() || suggested;
    const started = model
      ? await startAtomsRun(dataset.id, called, params, model)
      : await startRun(dataset.id, called, params);
    if (started) setRunName('');
  };
  return (
    <Panel
      title="New run"
      note={`${countText(dataset.particles)} particles of ${dataset.boxPixels}²`}
      actions={<HelpLink to="poses" about="known poses or ab initio" />}
      testId="new-run"
    >
      <div className={styles.stack}>
        <MethodChoice dataset={dataset} />
        {ofAtoms && <ModelPanel boxAngstrom={dataset.boxPixels * dataset.pixelSizeAngstrom} />}
        <Presets />
        <TextField label="Name" value={name} placeholder={suggested} onChange={setRunName} testId="run-name" />
        <PolarityHint dataset={dataset} />
        <SearchHints dataset={dataset} />
        {params.method === 'linear' && <LinearEstimate />}
        {(params.method === 'known-poses' || params.method === 'ab-initio') && <EstimatePanel dataset={dataset} />}
        {error && <NoticeCard tone="error" notice={error} testId="start-error" />}
        <Button
          variant="primary"
          size="l"
          icon={<Play />}
          busy={pending === 'start'}
          disabled={active !== null || wrong > 0 || pending !== null || unreadable || (ofAtoms && !model)}
          onClick={() => void start()}
          testId="start"
        >
          {START[params.method]}
        </Button>
        {(active !== null || wrong > 0 || unreadable) && (
          <p className={lines.quiet}>
            {active
              ? `${active.name} is ${active.status}: one run at a time.`
              : wrong > 0
                ? `${wrong === 1 ? 'A setting needs' : `${wrong} settings need`} another value below.`
                : 'The original files are not open: drop them again on Data.'}
          </p>
        )}
      </div>
    </Panel>
  );
}

const START: Record<Method, string> = {
  'known-poses': 'Start learning',
  'ab-initio': 'Find poses and structure',
  linear: 'Take a first look',
  atoms: 'Fit the atoms',
};

const methodLabel = (method: Method) => choiceLabel(choicesOf('method'), method);

function MethodChoice({ dataset }: { dataset: DatasetSummary }) {
  const { method, start, zDim } = useLearnForm((state) => state.params);
  const abInitio = method === 'ab-initio';
  const shown = method === 'linear' ? 'known-poses' : method;
  return (
    <div className={styles.method}>
      <Segmented<Method>
        label="Poses"
        fill
        value={shown}
        options={[
          {
            value: 'known-poses',
            label: methodLabel('known-poses'),
            disabled: !dataset.hasPoses,
            title: dataset.hasPoses ? undefined : 'These particles came without poses',
          },
          { value: 'ab-initio', label: methodLabel('ab-initio') },
          {
            value: 'atoms',
            label: methodLabel('atoms'),
            disabled: !dataset.hasPoses,
            title: dataset.hasPoses
              ? 'An atomic model that moves, at the poses of the particles'
              : 'These particles came without poses',
          },
        ]}
        onChange={chooseMethod}
        testId="method"
      />
      <p className={lines.quiet} data-testid="method-text">
        {methodText(method, start, dataset.hasPoses)}
      </p>
      {abInitio && (
        <Segmented
          label="Structures"
          small
          fill
          value={zDim === 0 ? 'one' : 'several'}
          options={[
            { value: 'one', label: 'One structure', title: 'One map from all images, without a latent space' },
            { value: 'several', label: 'Heterogeneous', title: 'Structures laid out in a latent space z' },
          ]}
          onChange={(structures) => setParam('zDim', structures === 'one' ? 0 : SEVERAL_DIMENSIONS)}
          testId="structures"
        />
      )}
    </div>
  );
}

/** As many as a network has that begins at a linear model. */
const SEVERAL_DIMENSIONS = presetValues('standard', 'known-poses').zDim ?? defaultParams().zDim;

function methodText(method: Method, start: Params['start'], hasPoses: boolean): string {
  if (method === 'atoms')
    return 'Moves an atomic model so that its density explains the images, at the poses that came with the particles.';
  if (method !== 'ab-initio') return 'Learns structures at the poses that came with the particles.';
  if (!hasPoses) return 'These particles came without poses: poses and structure are found from the images.';
  return start === 'given'
    ? 'Refines the poses that came with the particles by further searches.'
    : 'Finds poses and structure from the images alone; poses in the files are ignored.';
}

function Presets() {
  const preset = useLearnForm((state) => state.preset);
  const method = useLearnForm((state) => state.params.method);
  const names = Object.keys(PRESETS) as PresetName[];
  return (
    <div role="radiogroup" aria-label="Preset" className={styles.presets} data-testid="presets">
      {names
        .filter((name) => presetText(name, method) !== undefined)
        .map((name) => (
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
            <span className={styles.presetText}>{presetText(name, method)}</span>
          </label>
        ))}
      {/* Always a line: one that came when a value is typed would move the button from under the pointer. */}
      <p className={lines.quiet}>
        {preset === null ? 'Custom settings. Choosing a preset replaces them.' : 'The settings below are the preset’s.'}
      </p>
    </div>
  );
}

/** At known poses a linear model stands among the networks. */
function presetText(name: PresetName, method: Method): string | undefined {
  const { meaning } = PRESETS[name];
  return method === 'ab-initio' || method === 'atoms' ? meaning[method] : (meaning['known-poses'] ?? meaning.linear);
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

/** Fewer images than this and views are too sparse for a search that begins from nothing. */
const FEW_IMAGES = 200;

/** What to know before poses are looked for, unless the estimate says it. */
function SearchHints({ dataset }: { dataset: DatasetSummary }) {
  const params = useLearnForm((state) => state.params);
  const estimate = useLearnForm((state) => state.estimate);
  const estimatedFor = useLearnForm((state) => state.estimatedFor);
  if (params.method !== 'ab-initio') return null;
  const said =
    estimatedFor === estimateKey(dataset.id, params) ? (estimate?.notices.map(({ code }) => code) ?? []) : [];
  return (
    <>
      {dataset.particles < FEW_IMAGES && !said.includes('few-images') && (
        <NoticeCard
          tone="warning"
          testId="few-images-hint"
          notice={{
            code: 'few-images',
            message: `${countText(dataset.particles)} images are few to find poses from.`,
            expected: `${FEW_IMAGES} or more`,
            advice: 'The map will be coarse. Compare runs with other seeds before you believe it.',
          }}
        />
      )}
      {!dataset.hasCtf && !said.includes('ctf-missing') && (
        <p className={lines.notice} data-testid="no-ctf-hint">
          <Info aria-hidden />
          No CTF. If these are real micrographs, give their CTF.
        </p>
      )}
    </>
  );
}
