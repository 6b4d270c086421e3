// A round length in Å that fills a good part of a given width.

export interface ScaleBar {
  lengthAngstrom: number;
  widthPixels: number;
}

/** The longest of 1, 2, 5 × 10ⁿ Å that is not wider than `widestPixels`. */
export function scaleBar(angstromPerPixel: number, widestPixels: number): ScaleBar {
  const longest = angstromPerPixel * widestPixels;
  const decade = 10 ** Math.floor(Math.log10(longest));
  const step = [5, 2, 1].find((factor) => factor * decade <= longest * (1 + 1e-9)) ?? 1;
  const lengthAngstrom = step * decade;
  return { lengthAngstrom, widthPixels: lengthAngstrom / angstromPerPixel };
}
