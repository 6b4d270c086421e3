// How the particles are spread: defocus, viewing directions, shifts, further columns.
import { useEffect, useMemo, useState } from 'react';
import type { ParticleColumns } from '../../../workers/contract.ts';
import { titleOf } from '../../columns/column.ts';
import { particleColumns } from '../../columns/particle-columns.ts';
import { loadColumns, useDatasets } from '../../stores/datasets.ts';
import { Chart, type ChartData, type ChartLayout } from '../../ui/chart.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Panel } from '../../ui/panel.tsx';
import { numberWith } from '../../ui/quantities.ts';
import { Select } from '../../ui/select.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { useThemeColors } from '../../ui/theme-colors.ts';
import { directionBins, directionGrid } from './directions.ts';
import styles from './distributions.module.css';

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

function Histogram({ columns }: { columns: ParticleColumns }) {
  const series = useMemo(
    () => particleColumns(columns).filter(({ availability }) => availability.state === 'there'),
    [columns],
  );
  const [chosen, setChosen] = useState('defocus');
  const colors = useThemeColors();
  const shown = series.find(({ key }) => key === chosen) ?? series.at(0);
  const values = shown?.values() ?? null;
  const data = useMemo<ChartData[]>(
    () =>
      values
        ? [
            {
              type: 'histogram',
              x: values,
              nbinsx: 48,
              marker: { color: colors.accent, line: { width: 0 } },
              hovertemplate: '%{x}: %{y} particles<extra></extra>',
            } as ChartData,
          ]
        : [],
    [values, colors],
  );
  const layout = useMemo<ChartLayout>(
    () => ({
      margin: { l: 44, r: 12, t: 6, b: 38 },
      xaxis: { title: { text: shown ? titleOf(shown) : '' } },
      yaxis: { title: { text: 'particles' }, nticks: 4 },
    }),
    [shown],
  );
  const range = values && rangeOf(values);
  return (
    <Panel
      title={shown?.name ?? 'Defocus'}
      note={shown && range && `${numberWith(range[0])} to ${numberWith(range[1])} ${shown.unit ?? ''}`.trimEnd()}
      flush
      actions={
        series.length > 1 && (
          <div className={styles.columnSelect}>
            <Select
              label="Column"
              hideLabel
              small
              value={shown?.key ?? null}
              options={series.map(({ key, name }) => ({ value: key, label: name }))}
              onChange={setChosen}
              testId="histogram-column"
            />
          </div>
        )
      }
    >
      <div className={styles.chartBox}>
        {shown ? (
          <Chart label={`Histogram of ${shown.name}`} data={data} layout={layout} testId="defocus-chart" />
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
  // Half a label stands above the top of the map; one that does not fit is not drawn.
  margin: { l: 44, r: 8, t: 12, b: 38 },
  xaxis: { title: { text: 'rot, degrees' }, showgrid: false, tickvals: [-180, -90, 0, 90, 180] },
  yaxis: { title: { text: 'cos tilt' }, showgrid: false, tickvals: [-1, 0, 1] },
};
