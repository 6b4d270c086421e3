// Whether the sketch has maps enough, and how its maps lie to each other: a point a map, as large as its share of the particles.
import { useMemo, useState } from 'react';
import type { Landscape } from '../../../../workers/contract.ts';
import {
  markRow,
  measureHomogeneity,
  nameOf,
  showMapAt,
  shownStates,
  useStates,
} from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { Chart, type ChartData, type ChartLayout } from '../../../ui/chart.tsx';
import { Segmented } from '../../../ui/segmented.tsx';
import { useThemeColors } from '../../../ui/theme-colors.ts';
import { placeColors } from '../point-colors.ts';
import styles from './states.module.css';

const STATIC = { staticPlot: true };

export function SketchPanel({ landscape }: { landscape: Landscape }) {
  return (
    <div className={styles.charts}>
      <MapsPlot landscape={landscape} />
      <Homogeneity landscape={landscape} />
    </div>
  );
}

type Plane = 'pca' | 'mds' | 'umap';

function MapsPlot({ landscape }: { landscape: Landscape }) {
  const [plane, setPlane] = useState<Plane>('pca');
  const moved = useStates((state) => state.moved);
  const places = useStates((state) => state.colours.places);
  const theme = useThemeColors();
  const { sketch } = landscape;
  const data = useMemo<ChartData[]>(() => {
    const states = shownStates({ moved, landscape });
    const colors = placeColors(places, theme.categories);
    const { particles } = sketch;
    const most = particles.reduce((a, b) => Math.max(a, b), 1);
    const [x, y] = placesOn(landscape, plane);
    const marker = {
      color: Array.from(sketch.rows.keys(), (map) => colors[states?.ofMap[map] ?? -1] ?? theme.textQuiet),
      size: Array.from(particles, (count) => 4 + 14 * Math.sqrt(count / most)),
      line: { width: 0.5, color: theme.surface },
      opacity: 0.85,
    };
    const text = Array.from(
      sketch.rows.keys(),
      (map) => `map ${map + 1}: ${particles[map].toLocaleString('en')} particles`,
    );
    return [{ type: 'scatter', mode: 'markers', x, y, text, hoverinfo: 'text', marker }];
  }, [landscape, moved, places, plane, sketch, theme]);
  const layout = useMemo<ChartLayout>(() => {
    const [x, y] =
      plane === 'pca' ? ['Volume PC1', 'Volume PC2'] : [`${plane.toUpperCase()} 1`, `${plane.toUpperCase()} 2`];
    return {
      margin: { l: 40, r: 8, t: 8, b: 36 },
      xaxis: { title: { text: x }, nticks: 5, ...(plane !== 'pca' && { showticklabels: false }) },
      yaxis: { title: { text: y }, nticks: 5, ...(plane !== 'pca' && { showticklabels: false }) },
      uirevision: plane,
    };
  }, [plane]);
  const show = (map: number) => {
    const row = sketch.rows[map];
    markRow(row);
    showMapAt(
      [...sketch.z.subarray(map * sketch.zDim, (map + 1) * sketch.zDim)],
      `Map ${map + 1}, ${nameOf(row)}`,
      row,
    );
  };
  return (
    <div className={styles.block}>
      <div>
        <Segmented<Plane>
          label="Plane of the maps"
          small
          value={plane}
          options={[
            { value: 'pca', label: 'Components' },
            { value: 'mds', label: 'MDS', title: 'Classical scaling of the distances between maps' },
            { value: 'umap', label: 'UMAP', title: 'Of the volume components' },
          ]}
          onChange={setPlane}
          testId="sketch-plane"
        />
      </div>
      <Chart
        className={styles.chart}
        label={`The ${sketch.rows.length} maps of the sketch; a click shows one`}
        {...{ data, layout }}
        onClick={({ points: [point] }) => show(point.pointIndex)}
        testId="sketch-chart"
      />
    </div>
  );
}

function placesOn({ pca, mds, umap, sketch }: Landscape, plane: Plane): [number[], number[]] {
  const [values, width] = plane === 'pca' ? [pca.scores, pca.components] : [plane === 'mds' ? mds : umap, 2];
  const along = (at: number) => Array.from(sketch.rows.keys(), (map) => (at < width ? values[map * width + at] : 0));
  return [along(0), along(1)];
}

/** Nothing was measured: it is done here, without the volume components of the particles. */
function Unmeasured({ landscape: { maps } }: { landscape: Landscape }) {
  const work = useStates((state) => state.work);
  return (
    <div className={styles.block}>
      <p className={styles.quiet}>
        Whether the sketch has maps enough was not measured for this landscape: how unlike the maps of two particles of
        one cluster are, by the number of clusters.{' '}
        {maps === 'decoded'
          ? 'About 200 maps are decoded for it and not kept.'
          : 'The run’s maps are sums: none is decoded for it.'}
      </p>
      <div>
        <Button
          size="s"
          disabled={work !== null}
          onClick={() => void measureHomogeneity()}
          testId="homogeneity-measure"
        >
          Measure
        </Button>
      </div>
    </div>
  );
}

function Homogeneity({ landscape }: { landscape: Landscape }) {
  const { homogeneity } = landscape;
  const theme = useThemeColors();
  const data = useMemo<ChartData[]>(() => {
    if (!homogeneity) return [];
    const { clusters, meanDistance, standardDeviation, overall } = homogeneity;
    const x = [...clusters];
    return [
      {
        ...({ type: 'scatter', mode: 'lines+markers', name: 'in a cluster', x, y: [...meanDistance] } as const),
        ...{
          line: { color: theme.accent, width: 2 },
          error_y: { type: 'data', array: [...standardDeviation], thickness: 1 },
        },
      },
      {
        ...({
          type: 'scatter',
          mode: 'lines',
          name: 'any two',
          x: [x[0], x[x.length - 1]],
          y: [overall, overall],
        } as const),
        line: { color: theme.textQuiet, width: 1.5, dash: 'dot' },
      },
    ];
  }, [homogeneity, theme]);
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 44, r: 8, t: 22, b: 36 },
      showlegend: true,
      xaxis: {
        ...{ title: { text: 'clusters of k-means' }, type: 'log' },
        ...{ tickvals: [...(homogeneity?.clusters ?? [])], ticktext: Array.from(homogeneity?.clusters ?? [], String) },
      },
      yaxis: { title: { text: 'distance of maps' }, rangemode: 'tozero', nticks: 5 },
    }),
    [homogeneity],
  );
  if (!homogeneity) return <Unmeasured landscape={landscape} />;
  return (
    <div className={styles.block}>
      <p className={styles.quiet}>
        Where the curve is flat, more maps would tell no more: distance between{' '}
        {homogeneity.by === 'maps' ? 'the masked maps' : 'maps, by their volume components,'} of two particles of one
        cluster; bars are the standard deviation over {homogeneity.pairs.toLocaleString('en')} pairs.
      </p>
      <Chart
        className={styles.chart}
        label="Distance between maps within a cluster against the number of clusters"
        {...{ data, layout }}
        config={STATIC}
        testId="homogeneity-chart"
      />
    </div>
  );
}
