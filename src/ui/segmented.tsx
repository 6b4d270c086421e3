// Two to five short choices side by side, one of them taken.
import { ToggleGroup } from 'radix-ui';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './toggle.module.css';

export interface SegmentedOption<V extends string> {
  value: V;
  label: ReactNode;
  icon?: ReactNode;
  title?: string;
  disabled?: boolean;
}
export interface SegmentedProps<V extends string> {
  /** Name for screen readers. */
  label: string;
  value: V;
  options: readonly SegmentedOption<V>[];
  onChange: (value: V) => void;
  small?: boolean;
  /** Show icons only; the labels become names for screen readers and tooltips. */
  iconsOnly?: boolean;
  fill?: boolean;
  testId?: string;
}

export function Segmented<V extends string>(props: SegmentedProps<V>) {
  const { label, value, options, onChange, small, iconsOnly, fill, testId } = props;
  return (
    <ToggleGroup.Root
      type="single"
      className={classNames(styles.segmented, small && styles.smallGroup, fill && styles.fill)}
      aria-label={label}
      value={value}
      onValueChange={(next) => {
        if (next) onChange(next as V);
      }}
      data-testid={testId}
    >
      {options.map((option) => (
        <ToggleGroup.Item
          key={option.value}
          value={option.value}
          disabled={option.disabled}
          className={styles.segment}
          title={option.title ?? (iconsOnly && typeof option.label === 'string' ? option.label : undefined)}
          data-testid={testId && `${testId}-${option.value}`}
        >
          {option.icon}
          <span className={iconsOnly ? 'visually-hidden' : undefined}>{option.label}</span>
        </ToggleGroup.Item>
      ))}
    </ToggleGroup.Root>
  );
}
