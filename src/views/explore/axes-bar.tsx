// Which columns the axes and the colours of the landscape show.
import { useMemo, useRef } from 'react';
import { TablePropertiesIcon } from 'lucide-react';
import { columnOf, titleOf, type Column, type ColumnSource } from '../../columns/column.ts';
import {
  addColumns,
  AXIS_PAIRS,
  type AxisPair,
  setAxis,
  setAxisPair,
  setLandscape,
  useColumns,
  useLandscape,
} from '../../stores/explore/index.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { IconButton } from '../../ui/button.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { Select, type SelectOption } from '../../ui/select.tsx';
import { HelpLink } from '../help/help-link.tsx';
import styles from './landscape.module.css';

/** Adds the columns of a table, and colours by the first of them. */
export async function takeColumns(file: File): Promise<void> {
  const [first] = await addColumns({ path: file.name, file });
  if (first !== undefined) setLandscape({ color: `extra:${first}` });
}

const HEADINGS: Record<ColumnSource, string> = {
  pca: 'Principal components',
  umap: 'UMAP',
  latents: 'Latents',
  none: 'Latents',
  fit: 'Fit',
  clusters: 'Groups',
  volumes: 'Volume space',
  states: 'Groups',
  start: 'Groups',
  selections: 'Groups',
  poses: 'Particles',
  shifts: 'Particles',
  ctf: 'Particles',
  table: 'Particles',
};

/** Columns to choose from, under headings, in the order of the table. */
function optionsOf(columns: readonly Column[]): (SelectOption<string> | { heading: string })[] {
  const shown = columns.filter(({ availability }) => availability.state !== 'absent');
  const headings = [...new Set(shown.map(({ source }) => HEADINGS[source]))];
  return headings.flatMap((heading) => [
    { heading },
    ...shown
      .filter(({ source }) => HEADINGS[source] === heading)
      .map((column) => ({ value: column.key, label: titleOf(column) })),
  ]);
}

export function AxesBar() {
  const axes = useLandscape((state) => state.axes);
  const color = useLandscape((state) => state.color);
  const columns = useColumns();
  const picker = useRef<HTMLInputElement>(null);
  const options = useMemo(() => optionsOf(columns), [columns]);
  const colors = useMemo(() => [{ value: 'none', label: 'One colour' }, ...optionsOf(columns)], [columns]);
  const pair = AXIS_PAIRS.find(({ x, y }) => x === axes.x && (y === axes.y || axes.y === 'spread'));
  return (
    <div className={styles.bar}>
      <Segmented<AxisPair | 'other'>
        label="Axes"
        small
        value={pair?.key ?? 'other'}
        options={AXIS_PAIRS.map(({ key, label }) => ({ value: key, label }))}
        onChange={(key) => key !== 'other' && setAxisPair(key)}
        testId="axes-family"
      />
      {(['x', 'y'] as const).map((which) => (
        <Select
          key={which}
          className={styles.axis}
          label={which === 'x' ? 'Horizontal axis' : 'Vertical axis'}
          hideLabel
          small
          value={axes[which]}
          options={options}
          onChange={(key) => setAxis(which, key)}
          testId={`axis-${which}`}
        />
      ))}
      <span className={styles.grow} />
      <Select
        className={styles.colour}
        label="Colour by"
        hideLabel
        small
        value={columnOf(columns, color) ? color : 'none'}
        options={colors}
        onChange={(key) => setLandscape({ color: key })}
        testId="color-by"
      />
      <IconButton
        size="s"
        label="Colour by a column of a CSV file…"
        icon={<TablePropertiesIcon />}
        onClick={() => picker.current?.click()}
        testId="add-columns"
      />
      <HelpLink to="landscape" about="how to read a landscape" />
      <FilePicker
        ref={picker}
        accept=".csv,.tsv,.txt"
        testId="columns-file"
        onFile={(file) => void takeColumns(file)}
      />
    </div>
  );
}
