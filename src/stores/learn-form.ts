// The form of a new run: method, preset, every value of the parameter table as set so far, the estimate for it.
import { create } from 'zustand';
import type { DatasetSummary, Estimate, Progress } from '../../workers/contract.ts';
import type { ErrorData } from '../base/errors.ts';
import {
  AB_INITIO_DEFAULTS,
  defaultParams,
  LINEAR_DEFAULTS,
  PARAMS,
  PRESETS,
  presetValues,
  validateParams,
  type ParamDef,
  type ParamKey,
  type Params,
  type PresetName,
} from '../params/params.ts';
import { learnsTable } from '../params/latents.ts';
import { resolveAuto } from '../params/auto.ts';
import { MOST_COMPONENTS } from '../params/linear-params.ts';
import { errorData, wasCancelled } from './errors.ts';
import { studio } from './studio.ts';

/** How a run learns: a network with known poses or ab initio, or a linear or an atomic model at known poses. */
export type Method = Params['method'];

/** The form as it stands. */
export interface LearnFormState {
  name: string;
  /** The preset the values came from; null once one of its values was changed. */
  preset: PresetName | null;
  params: Params;
  /** By parameter; empty when the form can be sent. */
  errors: Partial<Record<ParamKey, string>>;
  showAdvanced: boolean;
  /** The dataset that would be learnt from. */
  datasetId: string | null;
  /** Box of the dataset that would be learnt from: training can crop it, not enlarge it. */
  datasetBox: number | null;
  /** Its particles. */
  datasetParticles: number | null;
  /** Whether that dataset came with poses; without them they can only be found. */
  datasetHasPoses: boolean;
  /** Ab initio was not chosen but is all that the dataset allows: one with poses goes back. */
  methodForced: boolean;
  /** At known poses: what ab initio has put its own values in the place of. */
  setAside: Partial<Params> | null;
  estimate: Estimate | null;
  /** Dataset and values that the estimate was measured for. */
  estimatedFor: string | null;
  estimating: Progress | null;
  estimateError: ErrorData | null;
}

const KEPT = 'vitrine-learn';

type Kept = Pick<LearnFormState, 'preset' | 'params' | 'methodForced' | 'setAside' | 'datasetId'>;

function kept(): Partial<Kept> {
  try {
    const written = JSON.parse(localStorage.getItem(KEPT) ?? '{}') as Partial<Kept>;
    const { preset, params, methodForced, setAside, datasetId } = written;
    if (!params) return {};
    return {
      preset: preset && preset in PRESETS ? preset : null,
      params: validateParams(params),
      methodForced: methodForced === true,
      setAside: setAside ? keysOf(validateParams(setAside), Object.keys(setAside)) : null,
      datasetId: typeof datasetId === 'string' ? datasetId : null,
    };
  } catch {
    return {};
  }
}

function keysOf(params: Params, keys: readonly string[]): Partial<Params> {
  return Object.fromEntries(Object.entries(params).filter(([key]) => keys.includes(key)));
}

function abInitioKeysOf(params: Params): Partial<Params> {
  return keysOf(params, Object.keys(AB_INITIO_DEFAULTS));
}

/** Followed by selectors only. */
export const useLearnForm = create<LearnFormState>(() => ({
  name: '',
  preset: 'first',
  params: { ...defaultParams(), ...PRESETS.first.values },
  errors: {},
  showAdvanced: false,
  datasetId: null,
  datasetBox: null,
  datasetParticles: null,
  datasetHasPoses: true,
  methodForced: false,
  setAside: null,
  estimate: null,
  estimatedFor: null,
  estimating: null,
  estimateError: null,
}));
const { getState: get, setState: set } = useLearnForm;

/** Takes up the form as it was kept in this browser; one that no longer fits is left out. */
export function loadLearnForm(): void {
  set(kept());
}

function keep(): void {
  const { preset, params, methodForced, setAside, datasetId, errors } = get();
  if (Object.keys(errors).length > 0) return;
  const standing: Kept = { preset, params, methodForced, setAside, datasetId };
  localStorage.setItem(KEPT, JSON.stringify(standing));
}

/**
 * A preset's values for the dataset and the method at hand; a box larger than the images' is left to 'auto'. Where the
 * computing is done, and how many structures ab initio looks for, is not a preset's to say.
 */
function presetParams(preset: PresetName, { method, device, zDim }: Params): Params {
  const { datasetBox } = get();
  const values: Params = { ...defaultParams(), ...presetValues(preset, method), device };
  if (method === 'ab-initio' && preset !== 'first') Object.assign(values, AB_INITIO_DEFAULTS, { zDim });
  const tooLarge = values.boxPixels !== 'auto' && datasetBox !== null && values.boxPixels > datasetBox;
  return tooLarge ? { ...values, boxPixels: 'auto' } : values;
}

/** Whether a preset says nothing of learning without poses. */
function onlyAtKnownPoses(preset: PresetName | null): boolean {
  return preset !== null && PRESETS[preset].meaning['ab-initio'] === undefined;
}

/** Sets the values of a preset, for the dataset and the method at hand. */
export function choosePreset(preset: PresetName): void {
  const { params, setAside } = get();
  const chosen = presetParams(preset, params);
  // Those of atoms stand beside the form of a network, which comes back.
  const stays = params.method === 'atoms' && chosen.method === 'atoms';
  set({ preset, params: chosen, errors: {}, setAside: stays ? setAside : null });
  keep();
}

/** Ab initio begins with its own values where they differ from the table's; known poses take theirs up again. */
export function chooseMethod(method: Method): void {
  if (get().params.method !== method) changeMethod(method);
  set({ methodForced: false });
  keep();
}

function changeMethod(method: Method): void {
  if (get().params.method === 'atoms') leaveAtoms();
  const { params: standing, preset, setAside } = get();
  if (method === standing.method) return;
  if (method === 'atoms') {
    const params = presetParams('atoms', standing);
    return set({ params, preset: 'atoms', errors: errorsOf(params), setAside: standing });
  }
  let params: Params = { ...standing, ...(method === 'linear' ? LINEAR_DEFAULTS : AB_INITIO_DEFAULTS), method };
  let before: Partial<Params> | null = null;
  if (method === 'known-poses') {
    const values =
      setAside ?? abInitioKeysOf({ ...defaultParams(), ...(preset && presetValues(preset, 'known-poses')) });
    // What was set aside may be a linear model, which has known poses too.
    params = { ...standing, method, ...values };
  } else if (method === 'ab-initio') {
    const needsPoses = standing.method === 'linear' || onlyAtKnownPoses(preset);
    // Values of a preset that are for known poses alone are set aside with it.
    const differs = needsPoses || (preset !== null && PRESETS[preset].knownPoses !== undefined);
    const fitting = needsPoses || preset === null ? 'standard' : preset;
    if (differs) params = presetParams(fitting, { ...standing, ...AB_INITIO_DEFAULTS });
    before = differs ? standing : abInitioKeysOf(standing);
  }
  set({ params, preset: presetOf(params), errors: errorsOf(params), setAside: before });
}

/** An atomic model has a form of its own: the one before comes back. */
function leaveAtoms(): void {
  const params = get().setAside ?? presetParams('standard', { ...defaultParams(), device: get().params.device });
  const whole = { ...defaultParams(), ...params };
  set({ params: whole, preset: presetOf(whole), errors: errorsOf(whole), setAside: null });
}

/**
 * Fits the form to another dataset: its box bounds training's, and without poses they have to be found. `fresh`: nothing was learnt
 * from it yet; it is looked at first, unless the form's values were chosen one by one.
 */
export function fitForm(
  dataset: Pick<DatasetSummary, 'particles' | 'boxPixels' | 'hasPoses'> & { id?: string },
  fresh = false,
): void {
  const { id = null, particles, boxPixels, hasPoses } = dataset;
  const { datasetId, datasetBox, datasetHasPoses } = get();
  set({ datasetParticles: particles, datasetId: id });
  const other = id !== datasetId;
  if (!other && datasetBox === boxPixels && datasetHasPoses === hasPoses) return;
  set({ datasetBox: boxPixels, datasetHasPoses: hasPoses });
  const { preset, params, methodForced } = get();
  let fitted = preset;
  if (!hasPoses && params.method !== 'ab-initio') {
    changeMethod('ab-initio');
    set({ methodForced: true });
    if (onlyAtKnownPoses(preset)) fitted = 'standard';
  } else if (hasPoses && methodForced) {
    changeMethod('known-poses');
    set({ methodForced: false });
    const restored = get().params;
    // A first look stays one at a box of other images.
    if (restored.method === 'linear')
      fitted = presetOf({ ...restored, boxPixels: presetParams('first', restored).boxPixels });
  }
  if (other && fresh && fitted && get().params.method !== 'ab-initio') fitted = 'first';
  if (fitted) set({ preset: fitted, params: presetParams(fitted, get().params) });
  set({ errors: errorsOf(get().params) });
  keep();
}

function errorsOf(params: Params): LearnFormState['errors'] {
  const errors: LearnFormState['errors'] = {};
  for (const { key } of PARAMS) {
    const error = errorOf(key, params);
    if (error) errors[key] = error;
  }
  return errors;
}

/** One sentence about a value that its row of the table does not allow; null where it does. */
function errorOf(key: ParamKey, params: Params): string | null {
  try {
    validateParams({ [key]: params[key] });
    const { datasetBox, datasetHasPoses } = get();
    const { boxPixels, method, start, zDim } = params;
    const fitted = method === 'linear' || learnsTable(params);
    const tooMany = fitted && (zDim < 1 || zDim > MOST_COMPONENTS);
    if (key === 'zDim' && tooMany) return `Expected 1 to ${MOST_COMPONENTS}.`;
    if (key === 'latents' && tooMany) return `A linear model has at most ${MOST_COMPONENTS} latent dimensions.`;
    if (key === 'start' && start === 'given' && method === 'ab-initio' && !datasetHasPoses)
      return 'These particles came without poses.';
    if (key === 'boxPixels' && boxPixels !== 'auto' && datasetBox !== null && boxPixels > datasetBox)
      return `Expected at most ${datasetBox}, the box of the images.`;
    return null;
  } catch (error) {
    const { message, expected } = errorData(error);
    return expected ? `Expected ${expected}.` : message;
  }
}

/** Sets one value. One that its row of the table does not allow stays, with one sentence in `errors`. */
export function setParam<K extends ParamKey>(key: K, value: Params[K]): void {
  const { errors: standing } = get();
  const params = { ...get().params, [key]: value };
  const error = errorOf(key, params);
  const { [key]: _before, ...others } = standing;
  set({ params, preset: presetOf(params), errors: error ? { ...others, [key]: error } : others });
  keep();
}

/** What a device that cannot hold the model was said to hold: a box, a width of both networks, or the CPU, which holds any. */
export type FittingChoice = { boxPixels: number } | { width: number } | 'cpu';

/** Takes a choice that the device can hold, and puts the refusal away. */
export function takeFitting(choice: FittingChoice): void {
  const { encoderDim, decoderDim } = get().params;
  if (choice === 'cpu') setParam('device', 'cpu');
  else if ('boxPixels' in choice) setParam('boxPixels', choice.boxPixels);
  else {
    setParam('encoderDim', Math.min(encoderDim, choice.width));
    setParam('decoderDim', Math.min(decoderDim, choice.width));
  }
  set({ estimateError: null });
}

/** What an option that is left to 'auto' comes to for the dataset at hand; null where it is not known here. */
export function autoValue(key: ParamKey, state: LearnFormState = get()): number | string | null {
  const { params, datasetBox, datasetParticles } = state;
  if (datasetBox === null || datasetParticles === null) return null;
  const value = resolveAuto({ ...params, [key]: 'auto' }, { boxPixels: datasetBox, particles: datasetParticles })[key];
  return value === 'auto' || typeof value === 'boolean' ? null : value;
}

function presetOf(params: Params): PresetName | null {
  const names = Object.keys(PRESETS) as PresetName[];
  const same = (name: PresetName) => {
    const values = presetParams(name, params);
    return (PARAMS as readonly ParamDef[]).every(
      ({ key }) => key === 'device' || values[key as ParamKey] === params[key as ParamKey],
    );
  };
  return names.find(same) ?? null;
}

/** Names the run to come; '' leaves the name to the studio. */
export function setRunName(name: string): void {
  set({ name });
}
/** Shows or hides the values that most runs leave as they are. */
export function setShowAdvanced(showAdvanced: boolean): void {
  set({ showAdvanced });
}

/** What an estimate was measured for, as text: it holds while dataset and values are the same. */
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

/** Ends the estimate that is being measured. */
export function cancelEstimate(): void {
  stop.abort();
  set({ estimating: null });
}
