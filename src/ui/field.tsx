// The frame of a control: label, unit, hint and error, tied together for screen readers.
import { createContext, useContext, useId, type ReactNode } from 'react';
import { classNames } from './class-names.ts';
import styles from './field.module.css';

export interface FieldProps {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null;
  /** Label and control on one line. */
  inline?: boolean;
  /** Keep the label for screen readers only. */
  hideLabel?: boolean;
  children: ReactNode;
  className?: string;
}

interface FieldIds {
  control: string;
  label: string;
  described: string | undefined;
  invalid: boolean;
}
const FieldContext = createContext<FieldIds | null>(null);

/** Ids for the control inside a Field. */
export function useFieldIds(): FieldIds | null {
  return useContext(FieldContext);
}

export function Field({ label, hint, error, inline, hideLabel, children, className }: FieldProps) {
  const id = useId();
  const note = error ?? hint;
  const ids: FieldIds = {
    control: id,
    label: `${id}-label`,
    described: note ? `${id}-note` : undefined,
    invalid: Boolean(error),
  };
  return (
    <FieldContext.Provider value={ids}>
      <div className={classNames(styles.field, inline && styles.inline, className)}>
        <label id={ids.label} htmlFor={id} className={hideLabel ? 'visually-hidden' : styles.label}>
          {label}
        </label>
        <div className={styles.control}>{children}</div>
        {note && (
          <div id={ids.described} className={error ? styles.error : styles.hint} role={error ? 'alert' : undefined}>
            {note}
          </div>
        )}
      </div>
    </FieldContext.Provider>
  );
}
