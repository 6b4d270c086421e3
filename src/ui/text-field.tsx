// Text and numbers to type, with a unit. A number is handed over on Enter, on leaving the field, and by arrow keys.
import { useState, type KeyboardEvent } from 'react';
import { classNames } from './class-names.ts';
import { Field, useFieldIds, type FieldProps } from './field.tsx';
import styles from './field.module.css';

type Frame = Omit<FieldProps, 'children'>;

export interface TextFieldProps extends Frame {
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
  disabled?: boolean;
  onEnter?: () => void;
  testId?: string;
}

export function TextField({ value, onChange, placeholder, disabled, onEnter, testId, ...frame }: TextFieldProps) {
  return (
    <Field {...frame}>
      <TextBox {...{ value, onChange, placeholder, disabled, onEnter, testId }} />
    </Field>
  );
}

function TextBox({
  value,
  onChange,
  placeholder,
  disabled,
  onEnter,
  testId,
}: Omit<TextFieldProps, keyof Frame> & Record<never, never>) {
  const ids = useFieldIds();
  return (
    <span className={classNames(styles.box, ids?.invalid && styles.invalid)}>
      <input
        id={ids?.control}
        className={styles.input}
        value={value}
        placeholder={placeholder}
        disabled={disabled}
        aria-describedby={ids?.described}
        aria-invalid={ids?.invalid || undefined}
        data-testid={testId}
        onChange={(event) => onChange(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') onEnter?.();
        }}
      />
    </span>
  );
}

/** Shortest text of a number that people would write: 0.0001, 1e-7, 12.5. */
export function numberText(value: number): string {
  if (value === 0) return '0';
  const magnitude = Math.abs(value);
  if (magnitude < 1e-4 || magnitude >= 1e9) return value.toExponential().replace('e+', 'e');
  return String(Number(value.toPrecision(6)));
}

export interface NumberBoxProps {
  value: number | null;
  /** Called with a finite number only; refuse by showing `error` on the field. */
  onCommit: (value: number) => void;
  step?: number;
  unit?: string;
  placeholder?: string;
  disabled?: boolean;
  small?: boolean;
  /** Name for screen readers where the box stands outside a Field. */
  label?: string;
  /** Number of characters that should fit. */
  width?: number;
  testId?: string;
}

/** The bare box, for use inside other controls. */
export function NumberBox({
  value,
  onCommit,
  step,
  unit,
  placeholder,
  disabled,
  small,
  label,
  width,
  testId,
}: NumberBoxProps) {
  const ids = useFieldIds();
  const [draft, setDraft] = useState<string | null>(null);
  const commit = () => {
    if (draft === null) return;
    const typed = Number(draft.trim().replace(',', '.'));
    setDraft(null);
    if (draft.trim() !== '' && Number.isFinite(typed)) onCommit(typed);
  };
  const nudge = (event: KeyboardEvent<HTMLInputElement>, sign: number) => {
    event.preventDefault();
    const from = draft === null ? (value ?? 0) : Number(draft);
    if (!Number.isFinite(from)) return;
    const by = (step ?? 1) * (event.shiftKey ? 10 : 1);
    setDraft(null);
    onCommit(Number((from + sign * by).toPrecision(12)));
  };
  return (
    <span
      className={classNames(styles.box, small && styles.small, ids?.invalid && styles.invalid)}
      style={width ? { width: `calc(${width}ch + 1.1rem + ${unit ? unit.length + 1 : 0}ch)` } : undefined}
    >
      <input
        id={label ? undefined : ids?.control}
        className={classNames(styles.input, styles.number)}
        inputMode="decimal"
        autoComplete="off"
        value={draft ?? (value === null ? '' : numberText(value))}
        placeholder={placeholder}
        disabled={disabled}
        aria-label={label}
        aria-describedby={ids?.described}
        aria-invalid={ids?.invalid || undefined}
        data-testid={testId}
        onChange={(event) => setDraft(event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === 'Enter') commit();
          else if (event.key === 'Escape') setDraft(null);
          else if (event.key === 'ArrowUp') nudge(event, 1);
          else if (event.key === 'ArrowDown') nudge(event, -1);
        }}
      />
      {unit && <span className={styles.unit}>{unit}</span>}
    </span>
  );
}

export interface NumberFieldProps extends Frame, Omit<NumberBoxProps, 'label'> {}

export function NumberField({ label, hint, error, inline, hideLabel, className, ...box }: NumberFieldProps) {
  return (
    <Field {...{ label, hint, error, inline, hideLabel, className }}>
      <NumberBox {...box} />
    </Field>
  );
}
