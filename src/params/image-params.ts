// Options of how images are prepared: a part of the one table (params.ts).
import { define } from './definition.ts';

/** Of preparing images. */
export const IMAGE_PARAMS = define([
  {
    key: 'invertData',
    flag: '--uninvert-data',
    label: 'White particles',
    meaning: 'Particles are white on dark: the sign is flipped, because the CTF is negative at low frequency.',
    group: 'images',
    kind: 'boolean',
    default: true,
    linear: { advanced: true },
  },
  {
    key: 'window',
    flag: '--no-window',
    label: 'Circular window',
    meaning: 'Each image is multiplied by a soft circular mask, so that neighbouring particles do not count.',
    group: 'images',
    kind: 'boolean',
    default: true,
    linear: { advanced: true },
  },
  {
    key: 'windowRadius',
    flag: '--window-r',
    label: 'Window radius',
    meaning: 'Where the mask starts to fall off, as a fraction of half the box; it reaches 0 at 0.99.',
    group: 'images',
    kind: 'number',
    default: 0.85,
    min: 0.1,
    max: 0.98,
    step: 0.01,
    advanced: true,
    linear: { advanced: true },
  },
  {
    key: 'boxPixels',
    flag: '-D, --downsample',
    label: 'Box for training',
    meaning: 'Images are Fourier-cropped to this even box before training.',
    unit: 'pixels',
    group: 'images',
    kind: 'auto-number',
    default: 'auto',
    autoMeaning: 'the box of the images, at most 256',
    min: 16,
    max: 512,
    step: 2,
    linear: {
      label: 'Box',
      meaning: 'Images are Fourier-cropped to this even box: smaller is faster, larger shows finer detail.',
    },
  },
] as const);
