// Figures of a run side by side: name, value and what proofs call it.
import styles from './run-monitor.module.css';

/** Name, value, test id. */
export type Metric = [string, string, string];

export function Metrics({ items }: { items: readonly Metric[] }) {
  return (
    <dl className={styles.metrics}>
      {items.map(([name, value, testId]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd data-testid={testId}>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
