// The colours of an isosurface that is coloured by a number, low to high: blue over white-ish to red, of even lightness so that the
// light still shows the shape. Without three.js, for what draws their key.
export const RAMP = ['#4a6fd8', '#5cb3d9', '#8fcf9b', '#e6c65c', '#dd6b4d'] as const;
