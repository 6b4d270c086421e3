// Tabs: several pages in one place. Arrow keys move, the open page keeps its state.
import { Tabs as Radix } from 'radix-ui';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './tabs.module.css';

export interface Tab<V extends string> {
  value: V;
  label: ReactNode;
  badge?: ReactNode;
  content: ReactNode;
  disabled?: boolean;
}
export interface TabsProps<V extends string> {
  label: string;
  value: V;
  tabs: readonly Tab<V>[];
  onChange: (value: V) => void;
  /** Controls at the right end of the row. */
  actions?: ReactNode;
  className?: string;
  testId?: string;
}

export function Tabs<V extends string>({ label, value, tabs, onChange, actions, className, testId }: TabsProps<V>) {
  return (
    <Radix.Root
      value={value}
      onValueChange={(next) => onChange(next as V)}
      className={classNames(styles.root, className)}
      data-testid={testId}
    >
      <div className={styles.row}>
        <Radix.List aria-label={label} className={styles.list}>
          {tabs.map((tab) => (
            <Radix.Trigger
              key={tab.value}
              value={tab.value}
              disabled={tab.disabled}
              className={styles.tab}
              data-testid={testId && `${testId}-${tab.value}`}
            >
              {tab.label}
              {tab.badge}
            </Radix.Trigger>
          ))}
        </Radix.List>
        {actions && <div className={styles.actions}>{actions}</div>}
      </div>
      {tabs.map((tab) => (
        <Radix.Content key={tab.value} value={tab.value} className={styles.content}>
          {tab.content}
        </Radix.Content>
      ))}
    </Radix.Root>
  );
}
