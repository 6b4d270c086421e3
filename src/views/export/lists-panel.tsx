// Particle lists: one row a format, with what it is for, and why it cannot be written where it cannot.
import { Download } from 'lucide-react';
import type { ExportFormat } from '../../../workers/contract.ts';
import { exportList, formatObstacle, useExplore, useExports, useScopeRows } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { Panel } from '../../ui/panel.tsx';
import { saveFile } from './download.ts';
import { HelpLink } from '../help/help-link.tsx';
import styles from './export-view.module.css';

const FORMATS: { format: ExportFormat; name: string; purpose: string }[] = [
  { format: 'star', name: 'STAR', purpose: 'RELION. The rows as they were, with every column and optics group.' },
  { format: 'cs', name: '.cs', purpose: 'cryoSPARC. The rows as they were, with their uid.' },
  { format: 'ind.pkl', name: 'ind.pkl', purpose: 'cryoDRGN’s --ind. Indices refer to the original stack, from 0.' },
  { format: 'csv', name: 'CSV', purpose: 'A table: original index and what is known of each particle.' },
];

export function ListsPanel() {
  const scope = useExports((state) => state.scope);
  const busy = useExports((state) => state.busy);
  const dataset = useExplore((state) => state.dataset);
  const count = useScopeRows().length;
  return (
    <Panel
      title="Particle list"
      note={`${count.toLocaleString('en')} of ${(dataset?.particles ?? 0).toLocaleString('en')} particles`}
      actions={<HelpLink to="exports" about="lists, maps and poses" />}
      testId="export-lists"
    >
      {count === 0 && (
        <p className={styles.hint} data-testid="export-nothing">
          Nothing is selected. Lasso particles on Explore, or choose a cluster or all particles.
        </p>
      )}
      <ul className={styles.rows}>
        {FORMATS.map(({ format, name, purpose }) => {
          const obstacle = formatObstacle(format);
          return (
            <li key={format} className={styles.row} data-off={obstacle !== null}>
              <div>
                <h3>{name}</h3>
                <p data-testid={`about-${format}`}>{obstacle ?? purpose}</p>
              </div>
              <Button
                size="s"
                icon={<Download />}
                disabled={obstacle !== null || count === 0 || busy !== null}
                busy={busy === format}
                title={obstacle ?? undefined}
                onClick={() => void exportList(format, scope, saveFile)}
                testId={`export-${format}`}
              >
                Save
              </Button>
            </li>
          );
        })}
      </ul>
      {dataset && (
        <p className={styles.hint}>
          {count.toLocaleString('en')} rows. Indices refer to the original stack
          {dataset.isDemo ? ' of the simulated demo set' : ''}, also where this set was filtered before.
        </p>
      )}
    </Panel>
  );
}
