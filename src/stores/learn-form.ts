// The form of a new run: preset, every value of the parameter table as set so far, the estimate for it.
import { create } from 'zustand';
import type { Estimate, Progress } from '../../workers/contract.ts';
import type { ErrorData } from '../formats/errors.ts';
import {
  defaultParams,
  PARAMS,
  PRESETS,
  validateParams,
  type ParamDef,
  type ParamKey,
  type Params,
} from '../params.ts';
import { errorData, wasCancelled } from './explore-backend.ts';
import { studio } from './studio.ts';

export type PresetName = keyof typeof PRESETS;

export interface LearnFormState {
  name: string;
  /** The preset the values came from; null once one of its values was changed. */
  preset: PresetName | null;
  params: Params;
  /** By parameter; empty when the form can be sent. */
  errors: Partial<Record<ParamKey, string>>;
  showAdvanced: boolean;
  /** Box of the dataset that would be learnt from: training can crop it, not enlarge it. */
  datasetBox: number | null;
  estimate: Estimate | null;
  /** Dataset and values that the estimate was measured for. */
  estimatedFor: string | null;
  estimating: Progress | null;
  estimateError: ErrorData | null;
}

const KEPT = 'vitrine-learn';

function kept(): Partial<Pick<LearnFormState, 'preset' | 'params'>> {
  try {
    const { preset, params } = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<LearnFormState>;
    return params ? { preset: preset && preset in PRESETS ? preset : null, params: validateParams(params) } : {};
  } catch {
    return {};
  }
}

export const useLearnForm = create<LearnFormState>(() => ({
  name: '',
  preset: 'standard',
  params: defaultParams(),
  errors: {},
  showAdvanced: false,
  datasetBox: null,
  estimate: null,
  estimatedFor: null,
  estimating: null,
  estimateError: null,
}));
const { getState: get, setState: set } = useLearnForm;

export function loadLearnForm(): void {
  set(kept());
}

function keep(): void {
  const { preset, params, errors } = get();
  if (Object.keys(errors).length === 0) localStorage.setItem(KEPT, JSON.stringify({ preset, params }));
}

/** A preset's values for the dataset at hand; a box larger than the images' is left to 'auto'. */
function presetParams(preset: PresetName): Params {
  const { params, datasetBox } = get();
  const values: Params = { ...defaultParams(), ...PRESETS[preset].values, device: params.device };
  const tooLarge = values.boxPixels !== 'auto' && datasetBox !== null && values.boxPixels > datasetBox;
  return tooLarge ? { ...values, boxPixels: 'auto' } : values;
}

export function choosePreset(preset: PresetName): void {
  set({ preset, params: presetParams(preset), errors: {} });
  keep();
}

/** Fits the form to the images of another dataset. */
export function setDatasetBox(datasetBox: number): void {
  if (get().datasetBox === datasetBox) return;
  set({ datasetBox });
  const { preset, params } = get();
  if (preset) choosePreset(preset);
  else setParam('boxPixels', params.boxPixels);
}

/** One sentence about a value that its row of the table does not allow; null where it does. */
function errorOf(key: ParamKey, params: Params): string | null {
  try {
    validateParams({ [key]: params[key] });
    const { datasetBox } = get();
    const { boxPixels } = params;
    if (key === 'boxPixels' && boxPixels !== 'auto' && datasetBox !== null && boxPixels > datasetBox)
      return `Expected at most ${datasetBox}, the box of the images.`;
    return null;
  } catch (error) {
    const { message, expected } = errorData(error);
    return expected ? `Expected ${expected}.` : message;
  }
}

export function setParam<K extends ParamKey>(key: K, value: Params[K]): void {
  const { errors: standing } = get();
  const params = { ...get().params, [key]: value };
  const error = errorOf(key, params);
  const { [key]: _before, ...others } = standing;
  set({ params, preset: presetOf(params), errors: error ? { ...others, [key]: error } : others });
  keep();
}

function presetOf(params: Params): PresetName | null {
  const names = Object.keys(PRESETS) as PresetName[];
  const same = (name: PresetName) => {
    const values = presetParams(name);
    return (PARAMS as readonly ParamDef[]).every(
      ({ key }) => key === 'device' || values[key as ParamKey] === params[key as ParamKey],
    );
  };
  return names.find(same) ?? null;
}

export function setRunName(name: string): void {
  set({ name });
}
export function setShowAdvanced(showAdvanced: boolean): void {
  set({ showAdvanced });
}

export function estimateKey(datasetId: string, params: Params): string {
  return `${datasetId} ${JSON.stringify(params)}`;
}

let stop = new AbortController();
/** Measures a few steps with these values. Calling again, or `cancelEstimate`, ends the one before. */
export async function estimateRun(datasetId: string): Promise<void> {
  const { params, errors } = get();
  if (Object.keys(errors).length > 0) return;
  stop.abort();
  stop = new AbortController();
  const { signal } = stop;
  set({ estimating: { fraction: null, message: 'Measuring a few steps' }, estimateError: null });
  try {
    const estimate = await studio().engine.estimate(datasetId, params, {
      signal,
      onProgress: (progress) => {
        if (!signal.aborted) set({ estimating: progress });
      },
    });
    if (!signal.aborted) set({ estimate, estimatedFor: estimateKey(datasetId, params), estimating: null });
  } catch (error) {
    if (signal.aborted) return;
    set({ estimating: null, estimateError: wasCancelled(error) ? null : errorData(error) });
  }
}

export function cancelEstimate(): void {
  stop.abort();
  set({ estimating: null });
}
