// How viewing directions are spread over the sphere: counts of equal areas as colours on an equal-area map, so that directions
// that fall into one are seen at a glance. An even spread is pale all over.
import { useEffect, useMemo, useRef, useState, type PointerEvent } from 'react';
import { countText, percentText } from './quantities.ts';
import { cellOf, cellRaster, directionAt, spreadOf } from './sphere-cells.ts';
import { useThemeColors, type ThemeColors } from './theme-colors.ts';
import styles from './direction-map.module.css';

export interface DirectionMapProps {
  /** Images a cell, HEALPix nested: 12·nside² of them. */
  counts: readonly number[];
  testId?: string;
}

const WIDTH = 1200;
const HEIGHT = WIDTH / 2;
/** Top of the colours where directions are even, times the mean: chance does not fill the scale. */
const EVEN_TOP = 4;

const OUTSIDE = -1;
const BORDER = -2;

let raster: { nside: number; cells: Int16Array } | null = null;
/** Cell of each pixel, with lines of two pixels between cells and around the map: one of the page. */
function cellsOf(nside: number): Int16Array {
  if (raster?.nside === nside) return raster.cells;
  const cells = cellRaster(WIDTH, HEIGHT, nside);
  const at = (index: number) => cells[index] ?? OUTSIDE;
  const isBorder = (cell: number, i: number) =>
    [i + 1, i + 2, i + WIDTH, i + 2 * WIDTH].some((other) => at(other) !== cell) ||
    [i - 1, i - 2, i - WIDTH, i - 2 * WIDTH].some((other) => at(other) === OUTSIDE);
  raster = {
    nside,
    cells: cells.map((cell, i) => (cell === OUTSIDE ? OUTSIDE : isBorder(cell, i) ? BORDER : cell)),
  };
  return raster.cells;
}

interface Hovered {
  cell: number;
  rotDegrees: number;
  tiltDegrees: number;
  x: number;
  y: number;
}

export function DirectionMap({ counts, testId }: DirectionMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useThemeColors();
  const [hovered, setHovered] = useState<Hovered | null>(null);
  const spread = useMemo(() => spreadOf(counts), [counts]);
  const nside = Math.sqrt(counts.length / 12);
  const top = Math.max(1, spread.largest, Math.round(EVEN_TOP * spread.even));
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) context.putImageData(picture(cellsOf(nside), counts, top, colors), 0, 0);
  }, [counts, nside, top, colors]);

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    const direction = directionAt(2 * x - 1, 1 - 2 * y);
    if (!direction) return setHovered(null);
    const { z, phi } = direction;
    const degrees = 180 / Math.PI;
    setHovered({
      ...{ cell: cellOf(z, phi, nside), rotDegrees: phi * degrees, tiltDegrees: Math.acos(z) * degrees },
      ...{ x: 100 * x, y: 100 * y },
    });
  };
  const evenShare = percentText(1 / Math.max(1, counts.length));
  const label =
    `Viewing directions of ${countText(spread.total)} images. The most seen of ${counts.length} directions holds ` +
    `${percentText(spread.largestShare)} of them, an even spread would give ${evenShare}. ` +
    `${countText(spread.empty)} directions hold none.`;
  return (
    <figure className={styles.figure} data-testid={testId} data-total={spread.total} data-largest={spread.largest}>
      <div className={styles.place}>
        <div className={styles.map} onPointerMove={onPointerMove} onPointerLeave={() => setHovered(null)}>
          <canvas ref={canvas} width={WIDTH} height={HEIGHT} role="img" aria-label={label} />
          {hovered && (
            <div
              className={styles.tip}
              data-side={hovered.x > 50 ? 'left' : 'right'}
              style={{ left: `${hovered.x}%`, top: `${hovered.y}%` }}
            >
              <strong>{countText(counts[hovered.cell])} images</strong>
              <span>
                rot {Math.round(hovered.rotDegrees)}°, tilt {Math.round(hovered.tiltDegrees)}°
              </span>
            </div>
          )}
        </div>
      </div>
      <figcaption className={styles.legend}>
        <span>
          most seen {percentText(spread.largestShare)}, even {evenShare}
        </span>
        <span className={styles.scale} aria-hidden="true">
          <span>0</span>
          <span className={styles.ramp} style={{ background: gradient(colors) }} />
          <span>{countText(top)} images</span>
        </span>
      </figcaption>
    </figure>
  );
}

function gradient({ sequential }: ThemeColors): string {
  return `linear-gradient(90deg, ${sequential.map(([, color]) => color).join(', ')})`;
}

type Rgb = [number, number, number];

function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Between the steps of a scale, `share` from 0 to 1. */
function colorAt(scale: ThemeColors['sequential'], share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const step = Math.min(scale.length - 2, Math.floor(place));
  const [low, high] = [rgbOf(scale[step][1]), rgbOf(scale[step + 1][1])];
  return low.map((value, i) => Math.round(value + (high[i] - value) * (place - step))) as Rgb;
}

function picture(cells: Int16Array, counts: readonly number[], top: number, colors: ThemeColors): ImageData {
  const image = new ImageData(WIDTH, HEIGHT);
  const shades = counts.map((count) => colorAt(colors.sequential, count / top));
  const line = rgbOf(colors.border);
  for (let i = 0; i < cells.length; i++) {
    const cell = cells[i];
    if (cell === OUTSIDE) continue;
    const [red, green, blue] = cell === BORDER ? line : shades[cell];
    image.data[4 * i] = red;
    image.data[4 * i + 1] = green;
    image.data[4 * i + 2] = blue;
    image.data[4 * i + 3] = 255;
  }
  return image;
}
