// Options of what computes: a part of the one table (params.ts).
import { define } from './definition.ts';

/** Of the device. */
export const DEVICE_PARAMS = define([
  {
    key: 'device',
    flag: '--device',
    label: 'Compute on',
    meaning: 'The graphics processor (GPU), or the CPU.',
    group: 'device',
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'auto' },
      { value: 'gpu', label: 'GPU' },
      { value: 'cpu', label: 'CPU' },
    ],
    autoMeaning: 'the GPU where there is one',
    linear: { advanced: true },
  },
  {
    key: 'precision',
    flag: '--precision',
    label: 'Precision',
    meaning:
      'Number format in which the activations of the network are stored on a GPU; sums are always float32. float16 halves the memory they take.',
    group: 'device',
    advanced: true,
    kind: 'choice',
    default: 'auto',
    choices: [
      { value: 'auto', label: 'auto' },
      { value: 'float32', label: 'float32' },
      { value: 'float16', label: 'float16' },
    ],
    autoMeaning: 'float16 where it was measured to be faster',
  },
] as const);
