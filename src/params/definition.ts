// What one row of the table of parameters says.
export type ParamGroup = 'model' | 'training' | 'linear' | 'atoms' | 'images' | 'search' | 'device';

/** What an option is called and means for a linear model, and whether only those who ask for all options see it there. */
export interface OfLinear {
  label?: string;
  meaning?: string;
  advanced?: boolean;
}

interface Base<K extends string> {
  key: K;
  /** Command-line flag(s), cryoDRGN's where it has one. */
  flag: string;
  label: string;
  meaning: string;
  /** Of its numbers; a pure number or a count that the label names has none. */
  unit?: string;
  group: ParamGroup;
  /** Only where poses are searched for. */
  abInitio?: boolean;
  /** Only where a network learns at known poses. */
  knownPoses?: boolean;
  /** An option of a linear model too, and what it is there where that differs. */
  linear?: OfLinear;
  /** Shown only when all options are asked for. */
  advanced?: boolean;
  /** Of something that the studio does not take: no field of its form. */
  commandLineOnly?: boolean;
}

export interface Choice {
  /** On the command line and in a run's record. */
  value: string;
  /** On the screen, and beside the value in the command line's help. */
  label: string;
}

/** What one step up or down adds; 'magnitude' is half of the value's power of ten. */
export type Step = number | 'magnitude';

export type ParamDef<K extends string = string> = Base<K> &
  (
    | { kind: 'integer'; default: number; min: number; max: number; scale?: 'log'; step?: number }
    | { kind: 'number'; default: number; min: number; max: number; scale?: 'log'; step: Step }
    /** `autoMeaning` where one of them is 'auto'; `fileChoice` is what a path on the command line stands for. */
    | { kind: 'choice'; default: string; choices: readonly Choice[]; autoMeaning?: string; fileChoice?: string }
    | { kind: 'boolean'; default: boolean }
    /** A number, or 'auto' with the meaning said in `autoMeaning`. */
    | {
        kind: 'auto-number';
        default: 'auto';
        autoMeaning: string;
        min: number;
        max: number;
        step: Step;
        whole?: boolean;
      }
  );

export type NumberDef = Extract<ParamDef, { kind: 'integer' | 'number' | 'auto-number' }>;

export const define = <const T extends readonly ParamDef[]>(defs: T) => defs;

/** What one step adds to `value`. */
export function stepOf({ kind, step }: NumberDef, value: number): number {
  if (step === undefined) return 1;
  if (step !== 'magnitude') return step;
  const magnitude = value > 0 ? 10 ** Math.floor(Math.log10(value)) : 0.1;
  return kind === 'integer' ? 1 : magnitude / 2;
}

export function choiceLabel(choices: readonly Choice[], value: string): string {
  return choices.find((choice) => choice.value === value)?.label ?? value;
}
