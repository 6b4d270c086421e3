// An error or warning as a card: where (file, row, field), what, expected and found, what to do.
import { CircleAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { ErrorData, Notice } from '../base/errors.ts';
import { classNames } from './class-names.ts';
import styles from './notice-card.module.css';

export interface NoticeCardProps {
  notice: Notice | ErrorData;
  tone: 'error' | 'warning';
  actions?: ReactNode;
  testId?: string;
}

export function NoticeCard({ notice, tone, actions, testId }: NoticeCardProps) {
  const { file, row, field, expected, found, advice, message } = notice;
  const facts: [string, ReactNode][] = [];
  if (file !== undefined) facts.push(['File', file]);
  if (row !== undefined) facts.push(['Row', row.toLocaleString('en')]);
  if (field !== undefined) facts.push(['Field', <code key="field">{field}</code>]);
  if (expected !== undefined) facts.push(['Expected', expected]);
  if (found !== undefined) facts.push(['Found', found]);
  return (
    <div
      className={classNames(styles.card, styles[tone])}
      role={tone === 'error' ? 'alert' : 'note'}
      data-testid={testId}
      data-code={notice.code}
    >
      <span className={styles.icon}>{tone === 'error' ? <CircleAlert /> : <TriangleAlert />}</span>
      <div className={styles.body}>
        <p className={styles.message}>{message}</p>
        {facts.length > 0 && (
          <dl className={styles.facts}>
            {facts.map(([name, value]) => (
              <div key={name} className={styles.fact}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        )}
        {advice !== undefined && <p className={styles.advice}>{advice}</p>}
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
    </div>
  );
}
