// What one row of a table of parameters says.
interface Base<K extends string> {
  key: K;
  /** Command-line flag(s), cryoDRGN's where it has one. */
  flag: string;
  label: string;
  meaning: string;
  unit?: string;
  group: 'model' | 'training' | 'images' | 'search' | 'device';
  /** Only where poses are searched for. */
  abInitio?: boolean;
  /** Shown only when all options are asked for. */
  advanced?: boolean;
}
export type ParamDef<K extends string = string> = Base<K> &
  (
    | { kind: 'integer' | 'number'; default: number; min: number; max: number; scale?: 'log' }
    /** `autoMeaning` where one of them is 'auto'. */
    | { kind: 'choice'; default: string; choices: readonly string[]; autoMeaning?: string }
    | { kind: 'boolean'; default: boolean }
    /** A number, or 'auto' with the meaning said in `autoMeaning`. */
    | { kind: 'auto-number'; default: 'auto'; autoMeaning: string; min: number; max: number; whole?: boolean }
  );

export const define = <const T extends readonly ParamDef[]>(defs: T) => defs;

/** The groups in the order in which forms and the manual show them. */
export const PARAM_GROUPS: readonly { group: ParamDef['group']; title: string; text: string }[] = [
  { group: 'model', title: 'Model', text: 'how much detail and variety the network can hold' },
  { group: 'training', title: 'Training', text: 'how long and how it learns' },
  { group: 'search', title: 'Pose search', text: 'how poses are found' },
  { group: 'images', title: 'Images', text: 'how they are prepared' },
  { group: 'device', title: 'Device', text: 'what computes' },
];
