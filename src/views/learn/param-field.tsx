// One parameter: name, meaning, unit, and the control its kind calls for.
import type { ParamDef, ParamKey } from '../../params/params.ts';
import { setParam, useLearnForm } from '../../stores/learn-form.ts';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import { NumberBox } from '../../ui/text-field.tsx';
import { Switch, Toggle } from '../../ui/toggle.tsx';
import styles from './learn.module.css';

const CHOICE_NAMES: Record<string, string> = {
  gpu: 'GPU',
  cpu: 'CPU',
  relu: 'ReLU',
  leaky_relu: 'leaky ReLU',
  'linear-quarter': 'linear, a quarter',
  'linear-half': 'linear, half',
  fourier: 'Fourier',
  hartley: 'Hartley',
  em: 'voxel maps (EM)',
  random: 'random poses',
  given: 'poses of the particles',
  'branch-and-bound': 'branch and bound',
};

export function ParamField({ def }: { def: ParamDef }) {
  const key = def.key as ParamKey;
  const value = useLearnForm((state) => state.params[key]);
  const error = useLearnForm((state) => state.errors[key]) ?? null;
  // The table is the truth about types: each row's kind says what its value is, the store's validation checks it.
  const set = (next: number | string | boolean) => setParam(key, next as never);
  const testId = `param-${def.key}`;
  if (def.kind === 'boolean')
    return (
      <div className={styles.param}>
        <Switch label={def.label} hint={def.meaning} checked={value === true} onChange={set} testId={testId} />
      </div>
    );
  return (
    <Field
      className={styles.param}
      label={<span title={`On the command line: ${def.flag}`}>{def.label}</span>}
      hint={hintOf(def)}
      error={error}
    >
      {def.kind === 'choice' ? (
        <Select
          label={def.label}
          hideLabel
          small
          value={String(value)}
          options={def.choices.map((choice) => ({ value: choice, label: choiceName(def, choice) }))}
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
            step={stepOf(def, value)}
            onCommit={set}
            testId={testId}
          />
          {def.kind === 'auto-number' && (
            <Toggle
              label="auto"
              small
              pressed={value === 'auto'}
              onChange={(pressed) => set(pressed ? 'auto' : autoStart(def))}
              testId={`${testId}-auto`}
            />
          )}
        </>
      )}
    </Field>
  );
}

function hintOf(def: ParamDef): string {
  const auto = 'autoMeaning' in def ? def.autoMeaning : undefined;
  return auto === undefined ? def.meaning : `${def.meaning} Auto: ${auto}.`;
}

function choiceName({ unit }: ParamDef, choice: string): string {
  const name = CHOICE_NAMES[choice] ?? choice;
  return unit === undefined ? name : `${name}${unit}`;
}

type NumberDef = Extract<ParamDef, { kind: 'integer' | 'number' | 'auto-number' }>;

/** Where numbers that may be left to 'auto' begin when they are not; by an arrow key they change by ones. */
const AUTO_STARTS: Record<string, number> = {
  boxPixels: 128,
  encodingFrequencies: 64,
  bandEnd: 32,
  shiftExtent: 10,
  classes: 4,
};

/** What an arrow key adds: one for whole numbers, a tenth of the value's power of ten otherwise. */
function stepOf(def: NumberDef, value: unknown): number {
  if (def.key === 'boxPixels') return 2;
  if (def.kind === 'integer' || def.key in AUTO_STARTS) return 1;
  const magnitude = typeof value === 'number' && value > 0 ? 10 ** Math.floor(Math.log10(value)) : 0.1;
  return magnitude / 2;
}

function autoStart(def: Extract<ParamDef, { kind: 'auto-number' }>): number {
  return AUTO_STARTS[def.key] ?? Math.min(def.max, Math.max(def.min, 0.125));
}
