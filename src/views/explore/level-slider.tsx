// The contour level over the histogram of the map's values (logarithmic counts), in map units and in σ.
import { useMemo } from 'react';
import { RotateCcw } from 'lucide-react';
import type { VolumeStatistics } from '../../../workers/contract.ts';
import { setLevel, type ShownMap, useMaps } from '../../stores/explore/index.ts';
import { IconButton } from '../../ui/button.tsx';
import { NumberBox } from '../../ui/text-field.tsx';
import styles from './level-slider.module.css';

const [WIDTH, HEIGHT] = [256, 34];

export function LevelSlider({ shown }: { shown: ShownMap }) {
  const chosen = useMaps((state) => state.level);
  const { statistics } = shown.map;
  const { min, max, mean, standardDeviation } = statistics;
  const path = useMemo(() => histogramPath(statistics), [statistics]);
  const level = chosen && !shown.preview ? chosen.absolute : shown.level;
  const sigmas = standardDeviation > 0 ? (level - mean) / standardDeviation : 0;
  const share = max > min ? Math.min(1, Math.max(0, (level - min) / (max - min))) : 0;
  return (
    <div className={styles.level}>
      <span className={styles.levelName}>Level</span>
      <div className={styles.histogram}>
        <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={path} className={styles.below} />
          <clipPath id="above-level">
            <rect x={share * WIDTH} y={0} width={WIDTH} height={HEIGHT} />
          </clipPath>
          <path d={path} className={styles.above} clipPath="url(#above-level)" />
        </svg>
        <input
          type="range"
          className={styles.range}
          aria-label="Contour level"
          aria-valuetext={`${level.toPrecision(3)}, ${sigmas.toFixed(1)} standard deviations above the mean`}
          min={min}
          max={max}
          step={(max - min) / 500 || 1}
          value={level}
          data-testid="level-slider"
          onChange={(event) => setLevel(Number(event.target.value))}
        />
      </div>
      <NumberBox
        small
        width={7}
        label="Contour level"
        value={Number(level.toPrecision(4))}
        step={(max - min) / 200}
        onCommit={(typed) => setLevel(Math.min(max, Math.max(min, typed)))}
        testId="level-number"
      />
      <span className={styles.sigmas}>{sigmas.toFixed(1)} σ</span>
      <IconButton
        size="s"
        label="Suggested level"
        icon={<RotateCcw />}
        disabled={chosen === null}
        onClick={() => setLevel(null)}
        testId="level-auto"
      />
    </div>
  );
}

function histogramPath({ histogram }: VolumeStatistics): string {
  let highest = 1;
  for (const count of histogram) highest = Math.max(highest, Math.log1p(count));
  const step = WIDTH / Math.max(1, histogram.length);
  const points = [...histogram].map((count, i) => {
    const y = HEIGHT - (Math.log1p(count) / highest) * (HEIGHT - 2);
    return `L${(i * step).toFixed(1)} ${y.toFixed(1)}L${((i + 1) * step).toFixed(1)} ${y.toFixed(1)}`;
  });
  return `M0 ${HEIGHT}${points.join('')}L${WIDTH} ${HEIGHT}Z`;
}
