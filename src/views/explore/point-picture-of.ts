// The picture of the points as the stores have it: coordinates, colours, what is selected.
import { useMemo } from 'react';
import { columnOf, type Column } from '../../columns/column.ts';
import { useColumns, useLandscape, useSelections } from '../../stores/explore/index.ts';
import type { ThemeColors } from '../../ui/theme-colors.ts';
import type { Columns } from './landscape-traces.ts';
import type { PlotFrame } from './plot-frame.ts';
import { clusterColors, placeColors, pointColors, unitColor, type PointColoring } from './point-colors.ts';
import { drawingOrder, orderOfSelected, pointOpacity, pointSize, type PointPicture } from './point-picture.ts';

function colorsOfClasses(
  { count, colors, places }: NonNullable<Column['classes']>,
  categories: readonly string[],
): readonly string[] {
  return colors ?? (places ? placeColors(places, categories) : clusterColors(count, categories));
}

/** What the points are coloured by now. */
export function useColoring(theme: ThemeColors): PointColoring {
  const key = useLandscape((state) => state.color);
  const column = columnOf(useColumns(), key);
  return useMemo(() => {
    const values = column?.values() ?? null;
    const classColors = column?.classes ? colorsOfClasses(column.classes, theme.categories) : null;
    return { values, classColors, isCyclic: column?.kind === 'angle' };
  }, [column, theme]);
}

export function usePointPicture(
  columns: Columns,
  coloring: PointColoring,
  frame: PlotFrame,
  display: 'points' | 'density',
  theme: ThemeColors,
): Omit<PointPicture, 'pixelRatio' | 'atMost'> {
  const selected = useSelections((state) => state.current);
  const count = columns.x.length;
  const order = useMemo(() => drawingOrder(count), [count]);
  const chosen = useMemo(() => orderOfSelected(order, selected), [order, selected]);
  const colors = useMemo(() => pointColors(coloring, count, theme), [coloring, count, theme]);
  return useMemo(() => {
    const size = pointSize(count, frame.width * frame.height);
    const opacity = pointOpacity(count);
    const selectedOpacity = Math.min(0.95, pointOpacity(chosen.length) + 0.15);
    const layers: PointPicture['layers'] = [];
    if (display === 'density') {
      if (chosen.length > 0) {
        const plain = unitColor(theme.warn);
        layers.push({
          rows: chosen,
          style: { diameterPixels: size * 0.9, opacity: pointOpacity(chosen.length), plain },
        });
      }
    } else if (chosen.length === 0) {
      layers.push({ rows: order, style: { diameterPixels: size, opacity, plain: null } });
    } else {
      const plain = unitColor(theme.textQuiet);
      layers.push({ rows: order, style: { diameterPixels: size * 0.85, opacity: opacity * 0.3, plain } });
      layers.push({ rows: chosen, style: { diameterPixels: size * 1.08, opacity: selectedOpacity, plain: null } });
    }
    return { columns, colors, frame, layers };
  }, [columns, colors, frame, order, chosen, count, display, theme]);
}
