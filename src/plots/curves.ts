// Figures of curves: losses against epochs, Fourier shell correlation against spatial frequency.
import { frame, line, paddedRange, round, text } from './frame.ts';
import { colourOfKind, INK } from './palette.ts';

export interface Curve {
  name: string;
  x: ArrayLike<number>;
  y: ArrayLike<number>;
}

export interface CurvesOptions {
  title: string;
  xLabel: string;
  yLabel: string;
  curves: Curve[];
  /** Levels drawn across, with a name. */
  levels?: { at: number; text: string }[];
  yRange?: { min: number; max: number };
  xTicks?: { at: number; text: string }[];
}

/** Values that are not finite break a curve. */
export function curvesFigure({ title, xLabel, yLabel, curves, levels = [], yRange, xTicks }: CurvesOptions): string {
  const x = { label: xLabel, ...paddedRange(curves.flatMap((curve) => Array.from(curve.x))), ticks: xTicks };
  const y = { label: yLabel, ...(yRange ?? paddedRange(curves.flatMap((curve) => Array.from(curve.y)))) };
  const legend =
    curves.length > 1 ? curves.map(({ name }, i) => ({ text: name, colour: colourOfKind(i, curves.length) })) : [];
  return frame({ title, x, y, legend }, (plane) => {
    const across = levels.map(({ at, text: name }) => {
      const py = round(plane.toY(at));
      const end = plane.left + plane.width;
      return line([plane.left, py], [end, py], INK, '5 4') + text(end - 6, py - 5, name, 'text-anchor="end"');
    });
    const drawn = curves.map((curve, i) => {
      let pen = 'M';
      let path = '';
      for (let p = 0; p < curve.x.length; p++) {
        const [px, py] = [plane.toX(curve.x[p]), plane.toY(curve.y[p])];
        if (Number.isFinite(px + py)) path += `${pen}${px.toFixed(1)} ${py.toFixed(1)}`;
        pen = Number.isFinite(px + py) ? 'L' : 'M';
      }
      const colour = colourOfKind(i, curves.length);
      return `<path fill="none" stroke="${colour}" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" d="${path}"/>`;
    });
    return across.join('') + drawn.join('');
  });
}

/**
 * FSC curves, shell i at i / D per pixel as in src/validation: the ticks say the resolution in Å. Levels at 0.5 and
 * 0.143.
 */
export function fscFigure(
  title: string,
  curves: { name: string; values: ArrayLike<number> }[],
  boxPixels: number,
  pixelSizeAngstrom: number,
): string {
  const shells = Math.max(...curves.map(({ values }) => values.length));
  const perAngstrom = (shell: number) => shell / (boxPixels * pixelSizeAngstrom);
  const every = Math.max(1, Math.round(shells / 8));
  const ticks = [];
  for (let shell = every; shell < shells; shell += every) {
    ticks.push({ at: perAngstrom(shell), text: (1 / perAngstrom(shell)).toPrecision(3) });
  }
  return curvesFigure({
    title,
    xLabel: 'resolution, Å',
    yLabel: 'Fourier shell correlation',
    curves: curves.map(({ name, values }) => ({
      name,
      x: Array.from({ length: values.length }, (_, shell) => perAngstrom(shell)),
      y: values,
    })),
    levels: [
      { at: 0.5, text: '0.5' },
      { at: 0.143, text: '0.143' },
    ],
    yRange: {
      min: Math.min(0, ...curves.flatMap(({ values }) => Array.from(values).filter(Number.isFinite))),
      max: 1.04,
    },
    xTicks: ticks,
  });
}
