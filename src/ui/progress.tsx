// Progress of a long job, with its cancel. A null fraction is work whose end is not known.
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { IconButton } from './button.tsx';
import { classNames } from './class-names.ts';
import styles from './progress.module.css';

export interface ProgressBarProps {
  fraction: number | null;
  message?: ReactNode;
  /** Name for screen readers where there is no message. */
  label?: string;
  onCancel?: () => void;
  /** A line of two pixels without text. */
  thin?: boolean;
  testId?: string;
}

export function ProgressBar({ fraction, message, label, onCancel, thin, testId }: ProgressBarProps) {
  const percent = fraction === null ? null : Math.round(Math.min(1, Math.max(0, fraction)) * 100);
  return (
    <div className={styles.progress} data-testid={testId}>
      {!thin && (
        <div className={styles.line}>
          <span className={styles.message}>{message}</span>
          {percent !== null && <span className="numeric">{percent} %</span>}
          {onCancel && (
            <IconButton label="Cancel" icon={<X />} size="s" onClick={onCancel} testId={testId && `${testId}-cancel`} />
          )}
        </div>
      )}
      <div
        className={classNames(styles.track, thin && styles.thin)}
        role="progressbar"
        aria-label={label ?? (typeof message === 'string' ? message : 'Progress')}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent ?? undefined}
      >
        <div
          className={classNames(styles.fill, percent === null && styles.unknown)}
          style={percent === null ? undefined : { transform: `scaleX(${percent / 100})` }}
        />
      </div>
    </div>
  );
}
