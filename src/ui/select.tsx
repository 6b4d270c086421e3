// Choose one of several; for two to four short ones Segmented is better.
import { Select as Radix } from 'radix-ui';
import { Check, ChevronDown } from 'lucide-react';
import type { ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Field, useFieldIds, type FieldProps } from './field.tsx';
import fieldStyles from './field.module.css';
import styles from './surface.module.css';

export interface SelectOption<V extends string> {
  value: V;
  label: ReactNode;
  hint?: ReactNode;
  disabled?: boolean;
}
export interface SelectProps<V extends string> extends Omit<FieldProps, 'children'> {
  value: V | null;
  options: readonly (SelectOption<V> | { heading: string })[];
  onChange: (value: V) => void;
  placeholder?: string;
  disabled?: boolean;
  small?: boolean;
  testId?: string;
}

export function Select<V extends string>({
  label,
  hint,
  error,
  inline,
  hideLabel,
  className,
  ...rest
}: SelectProps<V>) {
  return (
    <Field {...{ label, hint, error, inline, hideLabel, className }}>
      <Box {...rest} />
    </Field>
  );
}

function Box<V extends string>({
  value,
  options,
  onChange,
  placeholder,
  disabled,
  small,
  testId,
}: Omit<SelectProps<V>, keyof FieldProps>) {
  const ids = useFieldIds();
  return (
    <Radix.Root value={value ?? ''} onValueChange={(next) => onChange(next as V)} disabled={disabled}>
      <Radix.Trigger
        id={ids?.control}
        aria-labelledby={ids ? `${ids.label} ${ids.control}` : undefined}
        aria-describedby={ids?.described}
        className={classNames(fieldStyles.box, fieldStyles.select, small && fieldStyles.small)}
        data-testid={testId}
      >
        <span className={fieldStyles.selectValue}>
          <Radix.Value placeholder={placeholder} />
        </span>
        <Radix.Icon asChild>
          <ChevronDown className={fieldStyles.chevron} />
        </Radix.Icon>
      </Radix.Trigger>
      <Radix.Portal>
        <Radix.Content className={styles.menu} position="popper" sideOffset={4} collisionPadding={8}>
          <Radix.Viewport>
            <Radix.Group>
              {options.map((option, index) =>
                'heading' in option ? (
                  <div key={index} className={styles.menuLabel}>
                    {option.heading}
                  </div>
                ) : (
                  <Radix.Item
                    key={option.value}
                    value={option.value}
                    disabled={option.disabled}
                    className={styles.item}
                    data-testid={testId && `${testId}-${option.value}`}
                  >
                    <span className={styles.itemText}>
                      <Radix.ItemText>{option.label}</Radix.ItemText>
                      {option.hint !== undefined && <span className={styles.itemHint}>{option.hint}</span>}
                    </span>
                    <Radix.ItemIndicator>
                      <Check size="1em" />
                    </Radix.ItemIndicator>
                  </Radix.Item>
                ),
              )}
            </Radix.Group>
          </Radix.Viewport>
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
