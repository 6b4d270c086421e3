// A list coming back: STAR, .cs, ind.pkl or CSV, dropped or chosen, becomes a named selection.
import { useRef, useState } from 'react';
import { FileInput } from 'lucide-react';
import { importList, useExports } from '../../stores/explore/index.ts';
import { FilePicker } from '../../ui/file-picker.tsx';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Panel } from '../../ui/panel.tsx';
import styles from './export-view.module.css';

export function ImportList() {
  const imported = useExports((state) => state.imported);
  const busy = useExports((state) => state.busy);
  const [over, setOver] = useState(false);
  const picker = useRef<HTMLInputElement>(null);
  const take = (file: File | undefined) => {
    if (file) void importList({ path: file.name, file });
  };
  return (
    <Panel title="Bring a list back" testId="import-list">
      <div
        className={styles.drop}
        data-over={over}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          take(event.dataTransfer.files[0]);
        }}
      >
        <FileInput aria-hidden="true" />
        <p>Drop a STAR, .cs, ind.pkl or CSV of these particles: it becomes a selection.</p>
        <Button size="s" busy={busy === 'import'} onClick={() => picker.current?.click()} testId="import-choose">
          Choose a file
        </Button>
        <FilePicker ref={picker} testId="import-file" onFile={take} />
      </div>
      {imported && (
        <div className={styles.imported} data-testid="imported" data-count={imported.count}>
          <p>
            <strong>{imported.file}</strong> matched {imported.count.toLocaleString('en')} particles, selected now and
            kept as “{imported.name}”.
          </p>
          {imported.notices.map((notice, i) => (
            <NoticeCard key={i} notice={notice} tone="warning" />
          ))}
        </div>
      )}
    </Panel>
  );
}
