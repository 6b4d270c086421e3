// A titled area of the page; a card is the same without a title.
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './panel.module.css';

export interface PanelProps {
  title?: ReactNode;
  /** A quiet line after the title. */
  note?: ReactNode;
  icon?: ReactNode;
  /** Controls at the right of the title. */
  actions?: ReactNode;
  footer?: ReactNode;
  children?: ReactNode;
  /** No padding around the content (images, charts, tables). */
  flush?: boolean;
  /** Take the height that is there and let the content scroll. */
  fill?: boolean;
  className?: string;
  testId?: string;
  label?: string;
}

export function Panel(props: PanelProps) {
  const { title, note, icon, actions, footer, children, flush, fill, className, testId, label } = props;
  return (
    <section
      className={classNames(styles.panel, fill && styles.fillPanel, className)}
      aria-label={label ?? (typeof title === 'string' ? title : undefined)}
      data-testid={testId}
    >
      {(title !== undefined || actions !== undefined) && (
        <header className={styles.head}>
          {icon}
          <h2 className={styles.title}>{title}</h2>
          {note !== undefined && <span className={styles.note}>{note}</span>}
          {actions !== undefined && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={classNames(styles.body, flush && styles.flush, fill && styles.fillBody)}>{children}</div>
      {footer !== undefined && <footer className={styles.foot}>{footer}</footer>}
    </section>
  );
}
