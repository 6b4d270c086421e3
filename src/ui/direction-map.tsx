// How viewing directions are spread over the sphere: counts of equal areas as colours on an equal-area map, so that directions
// that fall into one are seen at a glance. An even spread is pale all over.
import { useMemo } from 'react';
import { countText, percentText } from './quantities.ts';
import { cellRaster, spreadOf } from './sphere-cells.ts';
import { MAP_HEIGHT, MAP_WIDTH, scaleGradient, SphereMap, withBorders } from './sphere-map.tsx';
import { useThemeColors } from './theme-colors.ts';
import styles from './direction-map.module.css';

export interface DirectionMapProps {
  /** Images a cell, HEALPix nested: 12·nside² of them. */
  counts: readonly number[];
  testId?: string;
}

/** Top of the colours where directions are even, times the mean: chance does not fill the scale. */
const EVEN_TOP = 4;

let raster: { nside: number; cells: Int16Array } | null = null;
/** One of the page. */
function cellsOf(nside: number): Int16Array {
  raster = raster?.nside === nside ? raster : { nside, cells: withBorders(cellRaster(MAP_WIDTH, MAP_HEIGHT, nside)) };
  return raster.cells;
}

export function DirectionMap({ counts, testId }: DirectionMapProps) {
  const { sequential } = useThemeColors();
  const scale = useMemo(() => sequential.map(([, color]) => color), [sequential]);
  const spread = useMemo(() => spreadOf(counts), [counts]);
  const nside = Math.sqrt(counts.length / 12);
  const top = Math.max(1, spread.largest, Math.round(EVEN_TOP * spread.even));
  const shares = useMemo(() => counts.map((count) => count / top), [counts, top]);
  const evenShare = percentText(1 / Math.max(1, counts.length));
  const label =
    `Viewing directions of ${countText(spread.total)} images. The most seen of ${counts.length} directions holds ` +
    `${percentText(spread.largestShare)} of them, an even spread would give ${evenShare}. ` +
    `${countText(spread.empty)} directions hold none.`;
  return (
    <figure className={styles.figure} data-testid={testId} data-total={spread.total} data-largest={spread.largest}>
      <SphereMap
        cells={cellsOf(nside)}
        shares={shares}
        scale={scale}
        label={label}
        tip={({ cell, rotDegrees, tiltDegrees }) => (
          <>
            <strong>{countText(counts[cell])} images</strong>
            <span>
              rot {Math.round(rotDegrees)}°, tilt {Math.round(tiltDegrees)}°
            </span>
          </>
        )}
      />
      <figcaption className={styles.legend}>
        <span>
          most seen {percentText(spread.largestShare)}, even {evenShare}
        </span>
        <span className={styles.scale} aria-hidden="true">
          <span>0</span>
          <span className={styles.ramp} style={{ background: scaleGradient(scale) }} />
          <span>{countText(top)} images</span>
        </span>
      </figcaption>
    </figure>
  );
}
