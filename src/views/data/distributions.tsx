// How the particles are spread: defocus, viewing directions, shifts, further columns.
import { useEffect, useMemo, useState } from 'react';
import type { ParticleColumns } from '../../../workers/contract.ts';
import { loadColumns, useDatasets } from '../../stores/datasets.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { numberWith } from '../../ui/quantities.ts';
import { Select } from '../../ui/select.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { directionBins, directionGrid } from './directions.ts';
import styles from './data.module.css';

export function Distributions({ datasetId }: { datasetId: string }) {
  const columns = useDatasets((state) => state.columns[datasetId]);
  useEffect(() => {
    void loadColumns(datasetId);
  }, [datasetId]);
  if (!columns)
    return (
      <div className={styles.chartsWaiting}>
        <Spinner label="Reading columns" />
      </div>
    );
  return (
    <div className={styles.charts}>
      <Histogram columns={columns} />
      <Directions rot={columns.rotDegrees} tilt={columns.tiltDegrees} />
    </div>
  );
}

interface Series {
  key: string;
  label: string;
  axis: string;
  values: Float32Array;
}

function seriesOf(columns: ParticleColumns): Series[] {
  const { defocusAngstrom, shiftPixels, extra } = columns;
  const series: Series[] = [];
  if (defocusAngstrom)
    series.push({ key: 'defocus', label: 'Defocus', axis: 'µm', values: defocusAngstrom.map((df) => df * 1e-4) });
  if (shiftPixels) series.push({ key: 'shift', label: 'Shift', axis: 'pixels', values: shiftPixels });
  for (const { name, values } of extra) series.push({ key: `extra ${name}`, label: name, axis: name, values });
  return series;
}

function Histogram({ columns }: { columns: ParticleColumns }) {
  const series = useMemo(() => seriesOf(columns), [columns]);
  const [chosen, setChosen] = useState('defocus');
  const colors = useThemeColors();
  const shown = series.find(({ key }) => key === chosen) ?? series.at(0);
  const data = useMemo<ChartData[]>(
    () =>
      shown
        ? [
            {
              type: 'histogram',
              x: shown.values,
              nbinsx: 48,
              marker: { color: colors.accent, line: { width: 0 } },
              hovertemplate: '%{x}: %{y} particles<extra></extra>',
            } as ChartData,
          ]
        : [],
    [shown, colors],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 44, r: 12, t: 6, b: 38 },
      xaxis: { title: { text: shown ? `${shown.label}${shown.axis === shown.label ? '' : `, ${shown.axis}`}` : '' } },
      yaxis: { title: { text: 'particles' }, nticks: 4 },
    }),
    [shown],
  );
  const range = shown && rangeOf(shown.values);
  return (
    <Panel
      title={shown?.label ?? 'Defocus'}
      note={shown && range && `${numberWith(range[0])} to ${numberWith(range[1])} ${shown.axis}`}
      flush
      actions={
        series.length > 1 && (
          <div className={styles.columnSelect}>
            <Select
              label="Column"
              hideLabel
              small
              value={shown?.key ?? null}
              options={series.map(({ key, label }) => ({ value: key, label }))}
              onChange={setChosen}
              testId="histogram-column"
            />
          </div>
        )
      }
    >
      <div className={styles.chartBox}>
        {shown ? (
          <Chart label={`Histogram of ${shown.label}`} data={data} layout={layout} testId="defocus-chart" />
        ) : (
          <EmptyState title="No CTF">These particles came without defocus values.</EmptyState>
        )}
      </div>
    </Panel>
  );
}

function rangeOf(values: Float32Array): [number, number] {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return [low, high];
}

function Directions({ rot, tilt }: { rot: Float32Array | null; tilt: Float32Array | null }) {
  const colors = useThemeColors();
  const grid = useMemo(() => {
    if (!rot || !tilt) return null;
    const { columns, rows } = directionBins(rot.length);
    return directionGrid(rot, tilt, columns, rows);
  }, [rot, tilt]);
  const data = useMemo<ChartData[]>(
    () =>
      grid
        ? [
            {
              type: 'heatmap',
              x: grid.rotDegrees,
              y: grid.cosTilt,
              z: grid.counts,
              zmin: 0,
              zmax: Math.max(1, ...grid.counts.map((line) => Math.max(...line))),
              colorscale: colors.sequential,
              xgap: 1,
              ygap: 1,
              colorbar: { thickness: 8, outlinewidth: 0, len: 1, tickfont: { color: colors.textQuiet }, nticks: 4 },
              hovertemplate: 'rot %{x:.0f}°, cos tilt %{y:.2f}: %{z} particles<extra></extra>',
            } as ChartData,
          ]
        : [],
    [grid, colors],
  );
  return (
    <Panel
      title="Viewing directions"
      note={grid && `the fullest cell holds ${numberWith(grid.unevenness, 2)} × the mean`}
      flush
    >
      <div className={styles.chartBox}>
        {grid ? (
          <Chart label="Map of viewing directions" data={data} layout={DIRECTION_LAYOUT} testId="directions-chart" />
        ) : (
          <EmptyState title="No poses">These particles came without poses.</EmptyState>
        )}
      </div>
    </Panel>
  );
}

const DIRECTION_LAYOUT: ChartLayout = {
  margin: { l: 44, r: 8, t: 6, b: 38 },
  xaxis: { title: { text: 'rot, degrees' }, showgrid: false, tickvals: [-180, -90, 0, 90, 180] },
  yaxis: { title: { text: 'cos tilt' }, showgrid: false, tickvals: [-1, 0, 1] },
};
