// Colours of figures: viridis for amounts (Smith and van der Walt 2015, perceptually even, readable without colour
// vision), Okabe and Ito's for up to eight kinds, and for more of them hues of even lightness in OKLCH (Ottosson 2020).

export type Rgb = [red: number, green: number, blue: number];

const VIRIDIS = '440154 482878 3e4989 31688e 26828e 1f9e89 35b779 6ece58 b5de2b fde725'.split(' ').map(rgbOfHex);
const KINDS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#8a7a00', '#333333'];

export const INK = '#1f2933';
export const FAINT = '#d9dee4';

function rgbOfHex(hex: string): Rgb {
  const value = parseInt(hex, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

export function hexOf(rgb: Rgb): string {
  return '#' + rgb.map((value) => Math.round(value).toString(16).padStart(2, '0')).join('');
}

/** Viridis at a share 0 … 1 of the scale. */
export function colourOfShare(share: number): Rgb {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = Math.min(VIRIDIS.length - 2, Math.floor(at));
  return VIRIDIS[low].map((value, c) => value + (VIRIDIS[low + 1][c] - value) * (at - low)) as Rgb;
}

/** Colour of kind `index` of `count`: CSS hex. */
export function colourOfKind(index: number, count: number): string {
  if (count <= KINDS.length) return KINDS[index % KINDS.length];
  // Neighbouring kinds also differ in lightness, since many hues lie close.
  return hexOf(fromOklch(index % 2 === 0 ? 0.56 : 0.72, 0.14, (360 * index) / count + 20));
}

function fromOklch(lightness: number, chroma: number, hueDegrees: number): Rgb {
  const a = chroma * Math.cos((hueDegrees * Math.PI) / 180);
  const b = chroma * Math.sin((hueDegrees * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ].map((linear) => {
    const clamped = Math.min(1, Math.max(0, linear));
    return 255 * (clamped <= 0.0031308 ? 12.92 * clamped : 1.055 * clamped ** (1 / 2.4) - 0.055);
  }) as Rgb;
}
