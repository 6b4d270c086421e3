// How far the file is that is being written, and what the last one was.
import { cancelExport, useExports } from '../../stores/explore/index.ts';
import { ProgressBar } from '../../ui/progress.tsx';
import styles from './export-view.module.css';

export function ExportStatus() {
  const busy = useExports((state) => state.busy);
  const progress = useExports((state) => state.progress);
  const written = useExports((state) => state.written);
  return (
    <div className={styles.status} aria-live="polite">
      {busy !== null && (
        <ProgressBar
          fraction={progress?.fraction ?? null}
          message={progress?.message ?? 'Writing the file'}
          onCancel={cancelExport}
          testId="export-progress"
        />
      )}
      {busy === null && written && (
        <p className={styles.written} data-testid="export-written">
          Saved <strong>{written.name}</strong>, {sizeText(written.bytes)}, to the browser’s downloads. {written.note}
        </p>
      )}
    </div>
  );
}

function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} bytes`;
  if (bytes < 1e6) return `${(bytes / 1e3).toFixed(1)} kB`;
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`;
}
