// Names of the curves of a chart beneath it: it wraps where the panel is narrow, and never lies over the curves.
import type { CurveLook } from './curves-chart.tsx';
import styles from './validate-view.module.css';

const WIDTH = 28;
/** Of the dashes, pixels. */
const STROKES: Record<CurveLook['dash'], string | undefined> = {
  solid: undefined,
  dash: '7 4',
  dot: '2 3',
  dashdot: '7 3 2 3',
};

export function CurveKey({ names, looks }: { names: readonly string[]; looks: readonly CurveLook[] }) {
  return (
    <ul className={styles.key} aria-label="Curves">
      {names.map((name, index) => {
        const { color, width, dash } = looks[index];
        return (
          <li key={name}>
            <svg width={WIDTH} height={8} aria-hidden="true">
              <line
                x1={0}
                x2={WIDTH}
                y1={4}
                y2={4}
                stroke={color}
                strokeWidth={width}
                strokeDasharray={STROKES[dash]}
              />
            </svg>
            {name}
          </li>
        );
      })}
    </ul>
  );
}
