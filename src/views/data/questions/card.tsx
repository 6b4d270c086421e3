// The frame of a question: its title, what is known, the ways to answer.
import { CircleHelp } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Question } from '../../../../workers/contract.ts';
import styles from './card.module.css';

export type QuestionProps<K extends Question['kind']> = { question: Extract<Question, { kind: K }>; busy: boolean };

export function Card({ title, children, testId }: { title: string; children: ReactNode; testId: string }) {
  return (
    <section className={styles.question} aria-label={title} data-testid={testId}>
      <CircleHelp aria-hidden="true" className={styles.questionIcon} />
      <div className={styles.questionBody}>
        <h3>{title}</h3>
        {children}
      </div>
    </section>
  );
}

/** The ways to answer, side by side. */
export function Answer({ children }: { children: ReactNode }) {
  return <div className={styles.answer}>{children}</div>;
}
