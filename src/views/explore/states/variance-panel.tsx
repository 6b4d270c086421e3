// How much of the maps' variance each volume component holds, beside that of the latents; and the maps along one of them.
import { useMemo, useState } from 'react';
import { Route } from 'lucide-react';
import type { Landscape } from '../../../../workers/contract.ts';
import {
  decodeWalk,
  setAxis,
  showLandscapeMap,
  useLandscape,
  useStates,
  useTrajectory,
} from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { Chart, type ChartData, type ChartLayout } from '../../../ui/chart.tsx';
import { NoticeCard } from '../../../ui/notice-card.tsx';
import { Select } from '../../../ui/select.tsx';
import { Slider } from '../../../ui/slider.tsx';
import { useThemeColors } from '../../../ui/theme-colors.ts';
import { Walk } from '../trajectory-tab.tsx';
import { mapsAlong } from './maps-along.ts';
import styles from './states.module.css';

const STATIC = { staticPlot: true };
const MOST_SHOWN = 10;
const WALK_MAPS = 10;

export function VariancePanel({ landscape }: { landscape: Landscape }) {
  return (
    <div className={styles.charts}>
      <VarianceChart landscape={landscape} />
      <AlongComponent landscape={landscape} />
    </div>
  );
}

function VarianceChart({ landscape: { pca } }: { landscape: Landscape }) {
  const theme = useThemeColors();
  const data = useMemo<ChartData[]>(() => {
    const line = (name: string, shares: Float32Array, color: string): ChartData => {
      const shown = [...shares.subarray(0, MOST_SHOWN)].map((share) => 100 * share);
      const x = shown.map((_, c) => c + 1);
      return {
        type: 'scatter',
        mode: 'lines+markers',
        name,
        x,
        y: shown,
        line: { color, width: 2 },
        marker: { size: 6 },
      };
    };
    return [
      line('maps', pca.explainedVariance, theme.accent),
      line('latents', pca.latentExplainedVariance, theme.categories[1]),
    ];
  }, [pca, theme]);
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 40, r: 8, t: 22, b: 36 },
      showlegend: true,
      xaxis: { title: { text: 'component' }, dtick: 1 },
      yaxis: { title: { text: '% of the variance' }, rangemode: 'tozero', nticks: 5 },
    }),
    [],
  );
  return (
    <Chart
      className={styles.chart}
      label="Share of the variance of each component, of the maps and of the latents"
      {...{ data, layout }}
      config={STATIC}
      testId="variance-chart"
    />
  );
}

function AlongComponent({ landscape }: { landscape: Landscape }) {
  const { pca, sketch, particles } = landscape;
  const [component, setComponent] = useState(0);
  const [at, setAt] = useState(0.5);
  const work = useStates((state) => state.work);
  const frames = useTrajectory((state) => state.frames.length);
  const walking = useTrajectory((state) => state.status === 'running');
  const error = useTrajectory((state) => state.error);
  const onAxis = useLandscape((state) => state.axes.x === `vpc${component + 1}`);
  const name = `Volume PC${component + 1}`;
  const box = sketch.boxPixels;
  const walk = () => {
    const { z, steps } = mapsAlong(landscape, component, WALK_MAPS);
    void decodeWalk(z, steps);
  };
  return (
    <div className={styles.block}>
      <div className={styles.row}>
        <Select
          label="Volume component"
          hideLabel
          small
          value={String(component)}
          options={Array.from({ length: Math.min(MOST_SHOWN, pca.components) }, (_, c) => ({
            value: String(c),
            label: `Volume PC${c + 1} (${(100 * pca.explainedVariance[c]).toFixed(1)} %)`,
          }))}
          onChange={(value) => setComponent(Number(value))}
          testId="volume-component"
        />
        <Button
          size="s"
          onClick={() => showLandscapeMap({ kind: 'eigenvolume', component }, box, name)}
          testId="show-eigenvolume"
        >
          Its map
        </Button>
        <Button
          size="s"
          icon={<Route />}
          disabled={walking || work === 'run'}
          title="Maps of the sketch, evenly spaced along the component, decoded at the whole box and played"
          onClick={walk}
          testId="walk-component"
        >
          Decoded maps along it
        </Button>
        {particles && component < particles.components && (
          <Button size="s" variant="ghost" disabled={onAxis} onClick={() => setAxis('x', `vpc${component + 1}`)}>
            As an axis
          </Button>
        )}
      </div>
      <Slider
        label="Mean map and a multiple of it, from the least to the greatest score"
        value={at}
        min={0}
        max={1}
        step={0.05}
        numberWidth={4}
        onChange={(value) => {
          setAt(value);
          showLandscapeMap({ kind: 'along', component, at: value }, box, `${name} at ${value.toFixed(2)}`);
        }}
        testId="along-component"
      />
      {error && <NoticeCard notice={error} tone="error" />}
      {frames > 0 && <Walk />}
    </div>
  );
}
