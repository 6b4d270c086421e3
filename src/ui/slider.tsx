// A slider with its number beside it; linear or logarithmic.
import { Slider as Radix } from 'radix-ui';
import { useFieldIds, Field, type FieldProps } from './field.tsx';
import { NumberBox } from './text-field.tsx';
import styles from './slider.module.css';

export interface SliderProps extends Omit<FieldProps, 'children'> {
  value: number;
  min: number;
  max: number;
  step?: number;
  unit?: string;
  scale?: 'linear' | 'log';
  /** While moving. */
  onChange: (value: number) => void;
  /** When let go, or typed. */
  onCommit?: (value: number) => void;
  disabled?: boolean;
  /** Characters of the number box; 0 hides it. */
  numberWidth?: number;
  testId?: string;
}

const POSITIONS = 1000;

export function Slider({ label, hint, error, inline, hideLabel, className, ...rest }: SliderProps) {
  return (
    <Field {...{ label, hint, error, inline, hideLabel, className }}>
      <Track {...rest} name={typeof label === 'string' ? label : undefined} />
    </Field>
  );
}

function Track({
  value,
  min,
  max,
  step,
  unit,
  scale = 'linear',
  onChange,
  onCommit,
  disabled,
  numberWidth = 5,
  testId,
  name,
}: Omit<SliderProps, keyof FieldProps> & { name?: string }) {
  const ids = useFieldIds();
  const log = scale === 'log';
  const stepSize = step ?? (max - min) / 200;
  const round = (x: number) => (step ? Number((Math.round(x / step) * step).toPrecision(12)) : x);
  const toTrack = (x: number) => (log ? (POSITIONS * Math.log(x / min)) / Math.log(max / min) : x);
  const fromTrack = (p: number) => (log ? round(min * (max / min) ** (p / POSITIONS)) : p);
  const clamp = (x: number) => Math.min(max, Math.max(min, x));
  const shown = clamp(value);
  return (
    <>
      <Radix.Root
        className={styles.root}
        value={[toTrack(shown)]}
        min={log ? 0 : min}
        max={log ? POSITIONS : max}
        step={log ? 1 : stepSize}
        disabled={disabled}
        onValueChange={([p]) => onChange(clamp(fromTrack(p)))}
        onValueCommit={([p]) => onCommit?.(clamp(fromTrack(p)))}
        data-testid={testId}
      >
        <Radix.Track className={styles.track}>
          <Radix.Range className={styles.range} />
        </Radix.Track>
        <Radix.Thumb
          className={styles.thumb}
          aria-label={name}
          aria-labelledby={name ? undefined : ids?.label}
          aria-describedby={ids?.described}
          aria-valuetext={`${value}${unit ? ` ${unit}` : ''}`}
        />
      </Radix.Root>
      {numberWidth > 0 && (
        <span className={styles.number}>
          <NumberBox
            value={Number(value.toPrecision(4))}
            unit={unit}
            small
            step={step ?? stepSize}
            width={numberWidth}
            disabled={disabled}
            label={name ? `${name}, number` : undefined}
            testId={testId && `${testId}-number`}
            onCommit={(typed) => {
              onChange(clamp(typed));
              onCommit?.(clamp(typed));
            }}
          />
        </span>
      )}
    </>
  );
}
