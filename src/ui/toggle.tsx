// Things that are on or off: a pressed button, a switch beside its label.
import { Switch as RadixSwitch, Toggle as RadixToggle } from 'radix-ui';
import { useId, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';
import styles from './toggle.module.css';

export interface ToggleProps {
  label: string;
  pressed: boolean;
  onChange: (pressed: boolean) => void;
  icon?: ReactNode;
  iconOnly?: boolean;
  small?: boolean;
  disabled?: boolean;
  testId?: string;
}

export function Toggle({ label, pressed, onChange, icon, iconOnly, small, disabled, testId }: ToggleProps) {
  const toggle = (
    <RadixToggle.Root
      className={classNames(styles.toggle, iconOnly && styles.iconOnly, small && styles.smallToggle)}
      pressed={pressed}
      onPressedChange={onChange}
      disabled={disabled}
      aria-label={iconOnly ? label : undefined}
      data-testid={testId}
    >
      {icon}
      {!iconOnly && label}
    </RadixToggle.Root>
  );
  return iconOnly ? <Tooltip text={label}>{toggle}</Tooltip> : toggle;
}

export interface SwitchProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChange: (checked: boolean) => void;
  disabled?: boolean;
  testId?: string;
}

export function Switch({ label, hint, checked, onChange, disabled, testId }: SwitchProps) {
  const id = useId();
  return (
    <div className={styles.row}>
      <RadixSwitch.Root
        id={id}
        className={styles.switch}
        checked={checked}
        onCheckedChange={onChange}
        disabled={disabled}
        aria-describedby={hint ? `${id}-hint` : undefined}
        data-testid={testId}
      >
        <RadixSwitch.Thumb className={styles.knob} />
      </RadixSwitch.Root>
      <label htmlFor={id} className={styles.rowLabel}>
        {label}
        {hint && (
          <span id={`${id}-hint`} className={styles.rowHint}>
            {hint}
          </span>
        )}
      </label>
    </div>
  );
}
