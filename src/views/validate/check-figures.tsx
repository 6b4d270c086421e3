// The table behind a check, closed until it is asked for.
import type { ToldCheck } from '../../../workers/contract.ts';
import { Table } from '../../ui/table.tsx';
import styles from './validate-view.module.css';

export function CheckFigures({ check, title, table }: Pick<ToldCheck, 'check' | 'title' | 'table'>) {
  if (!table || table.rows.length === 0) return null;
  const rows = table.rows.map((cells, at) => ({ at, cells }));
  return (
    <details className={styles.figures} data-testid={`figures-${check}`}>
      <summary>Figures</summary>
      <Table
        label={`${title}: figures`}
        columns={table.columns.map((name, at) => ({
          key: name,
          header: name.replaceAll('_', ' '),
          align: typeof table.rows[0][at] === 'number' ? 'right' : 'left',
          cell: (row: (typeof rows)[number]) => row.cells[at],
        }))}
        rows={rows}
        rowKey={({ at }) => String(at)}
      />
    </details>
  );
}
