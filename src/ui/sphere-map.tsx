// Numbers over the sphere of directions as colours on an equal-area map: of cells that the caller names, with lines between them.
import { useEffect, useRef, useState, type PointerEvent, type ReactNode } from 'react';
import { directionAt } from './sphere-cells.ts';
import { useThemeColors, type ThemeColors } from './theme-colors.ts';
import styles from './direction-map.module.css';

/** Pixels of the map. */
export const MAP_WIDTH = 1200;
/** Half as high as it is wide. */
export const MAP_HEIGHT = MAP_WIDTH / 2;

const OUTSIDE = -1;
const BORDER = -2;

/** A place of the sphere under the pointer. */
export interface HoveredDirection {
  cell: number;
  rotDegrees: number;
  tiltDegrees: number;
}

export interface SphereMapProps {
  /** Cell of each pixel as `withBorders` gives it; the same array while cells are the same. */
  cells: Int16Array;
  /** 0 … 1 along `scale`, a cell. */
  shares: ArrayLike<number>;
  /** Hexadecimal colours, low to high. */
  scale: readonly string[];
  /** The picture in words. */
  label: string;
  tip: (hovered: HoveredDirection) => ReactNode;
}

/** Cells of MAP_WIDTH×MAP_HEIGHT pixels (−1: outside of the sphere) with lines of two pixels between them and around the map. */
export function withBorders(cells: Int16Array): Int16Array {
  const at = (index: number) => cells[index] ?? OUTSIDE;
  const isBorder = (cell: number, i: number) =>
    [i + 1, i + 2, i + MAP_WIDTH, i + 2 * MAP_WIDTH].some((other) => at(other) !== cell) ||
    [i - 1, i - 2, i - MAP_WIDTH, i - 2 * MAP_WIDTH].some((other) => at(other) === OUTSIDE);
  return cells.map((cell, i) => (cell === OUTSIDE ? OUTSIDE : isBorder(cell, i) ? BORDER : cell));
}

export function SphereMap({ cells, shares, scale, label, tip }: SphereMapProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useThemeColors();
  const [hovered, setHovered] = useState<(HoveredDirection & { x: number; y: number }) | null>(null);
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (context) context.putImageData(picture(cells, shares, scale, colors), 0, 0);
  }, [cells, shares, scale, colors]);

  const onPointerMove = (event: PointerEvent<HTMLDivElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const x = (event.clientX - box.left) / box.width;
    const y = (event.clientY - box.top) / box.height;
    const direction = directionAt(2 * x - 1, 1 - 2 * y);
    const pixel = Math.floor(y * MAP_HEIGHT) * MAP_WIDTH + Math.floor(x * MAP_WIDTH);
    const cell = cells[pixel] ?? OUTSIDE;
    if (!direction || cell === OUTSIDE) return setHovered(null);
    // On a line what was under the pointer stays.
    if (cell === BORDER) return;
    const { z, phi } = direction;
    const degrees = 180 / Math.PI;
    setHovered({
      ...{ cell, rotDegrees: phi * degrees, tiltDegrees: Math.acos(z) * degrees },
      ...{ x: 100 * x, y: 100 * y },
    });
  };
  return (
    <div className={styles.place}>
      <div className={styles.map} onPointerMove={onPointerMove} onPointerLeave={() => setHovered(null)}>
        <canvas ref={canvas} width={MAP_WIDTH} height={MAP_HEIGHT} role="img" aria-label={label} />
        {hovered && (
          <div
            className={styles.tip}
            data-side={hovered.x > 50 ? 'left' : 'right'}
            style={{ left: `${hovered.x}%`, top: `${hovered.y}%` }}
          >
            {tip(hovered)}
          </div>
        )}
      </div>
    </div>
  );
}

/** The colours of a scale as a bar. */
export function scaleGradient(scale: readonly string[]): string {
  return `linear-gradient(90deg, ${scale.join(', ')})`;
}

type Rgb = [number, number, number];

function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
}

/** Between the steps of a scale, `share` from 0 to 1. */
function colorAt(scale: readonly string[], share: number): Rgb {
  const place = Math.min(1, Math.max(0, share)) * (scale.length - 1);
  const step = Math.min(scale.length - 2, Math.floor(place));
  const [low, high] = [rgbOf(scale[step]), rgbOf(scale[step + 1])];
  return low.map((value, i) => Math.round(value + (high[i] - value) * (place - step))) as Rgb;
}

function picture(
  cells: Int16Array,
  shares: ArrayLike<number>,
  scale: readonly string[],
  colors: ThemeColors,
): ImageData {
  const image = new ImageData(MAP_WIDTH, MAP_HEIGHT);
  const shades = Array.from(shares, (share) => colorAt(scale, share));
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
