// One parameter: name, meaning, unit, and the control its kind calls for.
import { choiceLabel, stepOf, type NumberDef } from '../../params/definition.ts';
import { choicesOf, type ParamDef, type ParamKey } from '../../params/params.ts';
import { autoValue, setParam, useLearnForm } from '../../stores/learn-form.ts';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { numberText, NumberBox } from '../../ui/text-field.tsx';
import { Switch, Toggle } from '../../ui/toggle.tsx';
import styles from './param-field.module.css';

export function ParamField({ def }: { def: ParamDef }) {
  const key = def.key as ParamKey;
  const value = useLearnForm((state) => state.params[key]);
  const error = useLearnForm((state) => state.errors[key]) ?? null;
  const linear = useLearnForm((state) => state.params.method === 'linear');
  const { label, meaning } = linear ? { ...def, ...def.linear } : def;
  const auto = useLearnForm((state) => ('autoMeaning' in def ? autoValue(key, state) : null));
  // The table is the truth about types: each row's kind says what its value is, the store's validation checks it.
  const set = (next: number | string | boolean) => setParam(key, next as never);
  const testId = `param-${def.key}`;
  if (def.kind === 'boolean')
    return (
      <div className={styles.param}>
        <Switch label={label} hint={meaning} checked={value === true} onChange={set} testId={testId} />
      </div>
    );
  return (
    <Field
      className={styles.param}
      label={<span title={`On the command line: ${def.flag}`}>{label}</span>}
      hint={hintOf(def, meaning, auto)}
      error={error}
    >
      {def.kind === 'choice' ? (
        <Select
          className={styles.choice}
          label={label}
          hideLabel
          small
          value={String(value)}
          options={choicesHere(def, value)}
          onChange={set}
          testId={testId}
        />
      ) : (
        <>
          <NumberBox
            small
            value={typeof value === 'number' ? value : null}
            placeholder={def.kind === 'auto-number' ? 'auto' : undefined}
            unit={value === 'auto' ? undefined : def.unit}
            step={stepOf(def, typeof value === 'number' ? value : 0)}
            onCommit={set}
            testId={testId}
          />
          {def.kind === 'auto-number' && (
            <Toggle
              label="auto"
              small
              pressed={value === 'auto'}
              onChange={(pressed) => set(pressed ? 'auto' : ownStart(def, auto))}
              testId={`${testId}-auto`}
            />
          )}
        </>
      )}
    </Field>
  );
}

/** A file is chosen where it can be looked at (Explore): here only one that was. */
function choicesHere({ choices, fileChoice }: Extract<ParamDef, { kind: 'choice' }>, value: unknown) {
  return choices.filter((choice) => choice.value !== fileChoice || value === fileChoice);
}

/** With what 'auto' comes to for this dataset. */
function hintOf(def: ParamDef, meaning: string, auto: number | string | null): string {
  if (!('autoMeaning' in def) || def.autoMeaning === undefined) return meaning;
  const here = typeof auto === 'number' ? numberText(auto) : auto && choiceLabel(choicesOf(def.key as ParamKey), auto);
  return `${meaning} Auto: ${def.autoMeaning}${here === null ? '' : `; here ${here}`}.`;
}

/** A number that is no longer left to 'auto' begins at what that came to, as the option's steps count. */
function ownStart(def: NumberDef, auto: number | string | null): number {
  if (typeof auto !== 'number') return def.min;
  const step = stepOf(def, auto);
  const near = def.step === 'magnitude' ? auto : Math.round(auto / step) * step;
  return Math.min(def.max, Math.max(def.min, near));
}
