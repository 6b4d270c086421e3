// First aid: what is seen of the set in its first minute, what is wrong first; what is good folded away.
import { ChevronDown, ChevronRight, Stethoscope } from 'lucide-react';
import { useEffect, useState } from 'react';
import type { DatasetSummary, ToldFinding } from '../../../workers/contract.ts';
import { giveFirstAid, stopFirstAid, useFirstAid } from '../../stores/first-aid.ts';
import { setParam, useLearnForm } from '../../stores/learn-form.ts';
import { Button } from '../../ui/button.tsx';
import { FindingLine } from '../../ui/finding-line.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import { ProgressBar } from '../../ui/progress.tsx';
import { HelpLink } from '../help/help-link.tsx';
import styles from './first-aid-panel.module.css';

const ORDER: readonly ToldFinding['verdict'][] = ['wrong', 'look', 'cannot say', 'good'];

export function FirstAidPanel({ dataset }: { dataset: DatasetSummary }) {
  const state = useFirstAid((all) => all[dataset.id]);
  useEffect(() => {
    void giveFirstAid(dataset);
  }, [dataset]);
  const findings = state?.findings ?? null;
  // Its files were not open, and it was not looked at before.
  if (!findings && !state?.progress && !state?.error && !state?.stopped) return null;
  return (
    <Panel
      title="First aid"
      icon={<Stethoscope aria-hidden="true" />}
      note={findings ? summary(findings) : 'is the set what it should be?'}
      actions={<HelpLink to="firstAid" about="what first aid looks at" />}
      testId="first-aid"
    >
      <div className={styles.lines}>
        {state?.progress && (
          <ProgressBar
            fraction={state.progress.fraction}
            message={state.progress.message}
            onCancel={() => stopFirstAid(dataset.id)}
            testId="first-aid-progress"
          />
        )}
        {state?.error && <NoticeCard tone="error" notice={state.error} testId="first-aid-error" />}
        {!findings && !state?.progress && (
          <div>
            <Button size="s" onClick={() => void giveFirstAid(dataset, true)} testId="first-aid-again">
              Look at the images
            </Button>
          </div>
        )}
        {findings && <Findings findings={findings} />}
      </div>
    </Panel>
  );
}

function Findings({ findings }: { findings: ToldFinding[] }) {
  const [open, setOpen] = useState(false);
  const sorted = ORDER.flatMap((verdict) => findings.filter((finding) => finding.verdict === verdict));
  const good = sorted.filter(({ verdict }) => verdict === 'good');
  const others = sorted.filter(({ verdict }) => verdict !== 'good');
  return (
    <>
      {others.map((finding) => (
        <FindingLine
          key={finding.check}
          finding={finding}
          actions={finding.remedy && <Remedy />}
          testId={`finding-${finding.check}`}
        />
      ))}
      {good.length > 0 && (
        <div className={styles.fold}>
          <Button
            variant="ghost"
            size="s"
            icon={open ? <ChevronDown /> : <ChevronRight />}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            testId="first-aid-good"
          >
            {good.length === 1 ? 'One check found nothing wrong' : `${good.length} checks found nothing wrong`}
          </Button>
          {!open && <span className={styles.names}>{good.map(({ title }) => title).join(', ')}</span>}
        </div>
      )}
      {open &&
        good.map((finding) => (
          <FindingLine key={finding.check} finding={finding} testId={`finding-${finding.check}`} />
        ))}
    </>
  );
}

/** Of dark particles: sets the form of a new run. First look does so by itself. */
function Remedy() {
  const inverted = useLearnForm((form) => form.params.invertData);
  return inverted ? (
    <Button size="s" onClick={() => setParam('invertData', false)} testId="uninvert">
      Turn White particles off for the next run
    </Button>
  ) : (
    <span className={styles.done} data-testid="uninverted">
      White particles is off for the next run.
    </span>
  );
}

function summary(findings: ToldFinding[]): string {
  const count = (verdict: ToldFinding['verdict']) => findings.filter((finding) => finding.verdict === verdict).length;
  const [wrong, look] = [count('wrong'), count('look')];
  if (wrong + look === 0) return 'nothing wrong was found';
  return [wrong > 0 && `${wrong} wrong`, look > 0 && `${look} to look at`].filter(Boolean).join(', ');
}
