// Every dropped file: what it is taken for, what it says, whether it is used.
import { Check, CircleAlert, Minus } from 'lucide-react';
import type { FileReport, FileRole } from '../../../workers/contract.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';
import { bytesText, countText } from '../../ui/quantities.ts';
import { Table, type Column } from '../../ui/table.tsx';
import styles from './draft-files.module.css';

const ROLES: Record<FileRole, string> = {
  stack: 'particle stack',
  'stack-list': 'list of stacks',
  star: 'RELION STAR',
  cs: 'cryoSPARC .cs',
  'cs-passthrough': 'cryoSPARC passthrough',
  poses: 'poses',
  ctf: 'CTF',
  index: 'index list',
  latents: 'latents',
  config: 'run configuration',
  weights: 'network weights',
  volume: 'map',
  table: 'table',
  atoms: 'atomic model',
  unknown: 'not recognised',
};
const ROWS_SHOWN = 200;

function tone(file: FileReport): Tone {
  if (file.error) return 'danger';
  if (file.role === 'unknown') return 'neutral';
  return file.used ? 'accent' : 'neutral';
}

const COLUMNS: Column<FileReport>[] = [
  {
    key: 'used',
    header: <span className="visually-hidden">Used</span>,
    width: '2.4rem',
    cell: (file) =>
      file.error ? (
        <CircleAlert className={styles.fileBad} aria-label="error" />
      ) : file.used ? (
        <Check className={styles.fileUsed} aria-label="used" />
      ) : (
        <Minus className={styles.fileIdle} aria-label="not used" />
      ),
  },
  { key: 'path', header: 'File', cell: (file) => <span className={styles.path}>{file.path}</span> },
  { key: 'role', header: 'Recognised as', cell: (file) => <Badge tone={tone(file)}>{ROLES[file.role]}</Badge> },
  {
    key: 'says',
    header: 'What it holds',
    cell: (file) => (file.error ? <span className={styles.fileError}>{file.error.message}</span> : file.says),
  },
  { key: 'bytes', header: 'Size', align: 'right', cell: (file) => bytesText(file.bytes) },
];

export function DraftFiles({ files }: { files: FileReport[] }) {
  // Those that matter first: errors, then what is used; a dropped folder may hold thousands of stacks.
  const order = (file: FileReport) => (file.error ? 0 : file.used ? 1 : 2);
  const rows = [...files].sort((a, b) => order(a) - order(b)).slice(0, ROWS_SHOWN);
  return (
    <>
      <Table label="Dropped files" columns={COLUMNS} rows={rows} rowKey={(file) => file.path} testId="draft-files" />
      {files.length > rows.length && (
        <p className={styles.more}>and {countText(files.length - rows.length)} more files</p>
      )}
    </>
  );
}
