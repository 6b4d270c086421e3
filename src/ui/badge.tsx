// A word or number with a state.
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './badge.module.css';

export type Tone = 'neutral' | 'accent' | 'good' | 'warn' | 'danger';
export interface BadgeProps {
  tone?: Tone;
  icon?: ReactNode;
  /** A dot that breathes: something goes on. */
  live?: boolean;
  children: ReactNode;
  title?: string;
  testId?: string;
}

export function Badge({ tone = 'neutral', icon, live, children, title, testId }: BadgeProps) {
  return (
    <span className={classNames(styles.badge, styles[tone])} title={title} data-testid={testId}>
      {live && <span className={styles.live} />}
      {icon}
      {children}
    </span>
  );
}
