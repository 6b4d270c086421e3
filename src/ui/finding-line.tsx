// One sentence of a check: a sign and a word for the verdict, never colour alone, what to do beneath it, and controls that do it.
import { CircleCheck, CircleHelp, Eye, OctagonAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './finding-line.module.css';

/** As first aid tells it. */
export interface TelledFinding {
  title: string;
  verdict: 'good' | 'look' | 'wrong' | 'cannot say';
  sentence: string;
  advice: string | null;
  measures: readonly { name: string; value: number | null; unit: string | null }[];
}

const SIGNS: Record<TelledFinding['verdict'], { icon: ReactNode; word: string; className: string }> = {
  wrong: { icon: <OctagonAlert aria-hidden="true" />, word: 'wrong', className: styles.wrong },
  look: { icon: <Eye aria-hidden="true" />, word: 'look', className: styles.look },
  'cannot say': { icon: <CircleHelp aria-hidden="true" />, word: 'cannot say', className: styles.unsaid },
  good: { icon: <CircleCheck aria-hidden="true" />, word: 'good', className: styles.good },
};

export interface FindingLineProps {
  finding: TelledFinding;
  actions?: ReactNode;
  testId?: string;
}

export function FindingLine({ finding, actions, testId }: FindingLineProps) {
  const { title, verdict, sentence, advice, measures } = finding;
  const { icon, word, className } = SIGNS[verdict];
  return (
    <div className={styles.place} data-testid={testId} data-verdict={verdict} title={measuresText(measures)}>
      <div className={styles.line}>
        <span className={classNames(styles.verdict, className)}>
          {icon}
          <span>{word}</span>
        </span>
        <span className={styles.title}>{title}</span>
        <div className={styles.body}>
          <p>{sentence}</p>
          {advice !== null && <p className={styles.advice}>{advice}</p>}
          {actions && <div className={styles.actions}>{actions}</div>}
        </div>
      </div>
    </div>
  );
}

/** The figures behind a sentence, where the pointer rests. */
function measuresText(measures: TelledFinding['measures']): string | undefined {
  const lines = measures.map(
    ({ name, value, unit }) => `${name}: ${value ?? 'not measured'}${value !== null && unit ? ` ${unit}` : ''}`,
  );
  return lines.length > 0 ? lines.join('\n') : undefined;
}
