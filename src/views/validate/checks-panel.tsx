// Checks of the run: each a question, a button, and once it was made a sentence with its curves.
import { ShieldCheck } from 'lucide-react';
import type { RunCheckName, RunSummary } from '../../../workers/contract.ts';
import { makeChecks, setCheckMethod, stopChecks, useValidate } from '../../stores/validate.ts';
import { Button } from '../../ui/button.tsx';
import { FindingLine } from '../../ui/finding-line.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { CheckFigures } from './check-figures.tsx';
import { CurvesChart } from './curves-chart.tsx';
import { methodWords } from './method-words.ts';
import styles from './validate-view.module.css';

const QUESTIONS: { name: RunCheckName; title: string; question: string }[] = [
  { name: 'halves', title: 'Half sets', question: 'Do two models, each of half of the images, show the same?' },
  { name: 'phases', title: 'Random phases', question: 'Does a model show structure where the images have none?' },
  { name: 'circular', title: 'Circularity', question: 'Do images that a model has not seen show its states?' },
  { name: 'null', title: 'Null data', question: 'What spread appears from a set that has one structure?' },
  { name: 'leakage', title: 'Leakage', question: 'Do latents follow pose, defocus, shift or group?' },
  { name: 'populations', title: 'Populations', question: 'How sure are the shares of the states?' },
  { name: 'images', title: 'Images', question: 'Which images are not explained, and is CTF left in them?' },
];
const FSC_LEVELS = [0.5, 0.143];
/** Levels of curves where they are others than those of a resolution: not explained beyond noise, and agreeing on nothing. */
const LEVELS: Partial<Record<RunCheckName, number[]>> = { images: [1], phases: [0.1] };

export function ChecksPanel({ run }: { run: RunSummary }) {
  const checks = useValidate((state) => state.checks);
  const going = useValidate((state) => state.going);
  const progress = useValidate((state) => state.progress);
  const error = useValidate((state) => state.error);
  const open = QUESTIONS.filter(({ name }) => !checks.some(({ check }) => check === name));
  const make = (names: RunCheckName[]) => () => void makeChecks(run.id, names);
  return (
    <Panel
      title="Checks of the run"
      icon={<ShieldCheck aria-hidden="true" />}
      note={run.name}
      actions={
        <Button
          size="s"
          variant="primary"
          disabled={going !== null || open.length === 0}
          onClick={make(open.map(({ name }) => name))}
          testId="check-all"
        >
          {open.length === 0 ? 'All were made' : 'Make all'}
        </Button>
      }
      testId="checks"
    >
      <div className={styles.stack}>
        <MethodChoice run={run} disabled={going !== null} />
        {error && <NoticeCard tone="error" notice={error} testId="checks-error" />}
        {QUESTIONS.map(({ name, title, question }) => {
          const made = checks.find(({ check }) => check === name);
          return (
            <div key={name} className={styles.check} data-testid={`check-${name}`}>
              {made && <FindingLine finding={made} testId={`made-${name}`} />}
              {made && made.curves.length > 0 && (
                <CurvesChart
                  label={`${title}: curves by shell`}
                  curves={made.curves}
                  quantity={name === 'images' ? 'power ratio' : 'FSC'}
                  side={made.boxPixels * made.pixelSizeAngstrom}
                  levels={LEVELS[name] ?? FSC_LEVELS}
                  mark={made.fromShell}
                  testId={`chart-${name}`}
                />
              )}
              {going === name ? (
                <ProgressBar
                  fraction={progress?.fraction ?? null}
                  message={`${title}: ${progress?.message ?? ''}`}
                  onCancel={stopChecks}
                  testId="check-progress"
                />
              ) : (
                <div className={styles.open}>
                  {made ? <CheckFigures {...made} /> : <span className={styles.question}>{question}</span>}
                  <Button
                    size="s"
                    variant={made ? 'ghost' : 'secondary'}
                    disabled={going !== null}
                    onClick={make([name])}
                    testId={`make-${name}`}
                  >
                    {made ? `${title} again` : title}
                  </Button>
                </div>
              )}
            </div>
          );
        })}
      </div>
    </Panel>
  );
}

/** Said beforehand: what the models of halves are, and how long three of the checks take with them. */
function MethodChoice({ run, disabled }: { run: RunSummary; disabled: boolean }) {
  const method = useValidate((state) => state.method);
  return (
    <div className={styles.method}>
      <span className={styles.question}>Models of halves</span>
      <Segmented
        label="Models of halves"
        small
        value={method}
        options={[
          { value: 'linear', label: 'Linear', disabled },
          { value: 'network', label: 'Network', disabled },
        ]}
        onChange={setCheckMethod}
        testId="check-method"
      />
      <p className={styles.quiet} data-testid="check-cost">
        {methodWords(method, run)}
      </p>
    </div>
  );
}
