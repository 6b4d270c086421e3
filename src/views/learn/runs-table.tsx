// The runs kept in this browser.
import { EllipsisVertical, Orbit, Pencil, RotateCw, Trash2 } from 'lucide-react';
import { useState } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import { activeRun, chooseRun, removeRun, renameRun, resumeRun, useRuns } from '../../stores/runs.ts';
import { goTo } from '../../stores/shell.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { ConfirmDialog, Dialog } from '../../ui/dialog.tsx';
import { Menu } from '../../ui/menu.tsx';
import { Panel } from '../../ui/panel.tsx';
import { dateText, durationText, numberWith } from '../../ui/quantities.ts';
import { Table, type Column } from '../../ui/table.tsx';
import { TextField } from '../../ui/text-field.tsx';
import { ResumeDialog } from './resume-dialog.tsx';
import { RunStatusBadge } from './run-status.tsx';
import styles from './runs-table.module.css';

type Asking = { what: 'rename' | 'remove' | 'further'; run: RunSummary } | null;

export function RunsTable() {
  const runs = useRuns((state) => state.runs);
  const currentId = useRuns((state) => state.currentId);
  const busy = useRuns((state) => activeRun(state) !== null || state.pending !== null);
  const [asking, setAsking] = useState<Asking>(null);
  if (runs.length === 0) return null;
  const columns: Column<RunSummary>[] = [
    { key: 'name', header: 'Run', cell: (run) => <span className={styles.runName}>{run.name}</span> },
    { key: 'dataset', header: 'Dataset', cell: (run) => run.datasetName },
    { key: 'status', header: 'Status', cell: (run) => <RunStatusBadge status={run.status} /> },
    { key: 'epochs', header: 'Epochs', align: 'right', cell: (run) => `${run.epochsDone} / ${run.params.epochs}` },
    {
      key: 'loss',
      header: 'Loss',
      align: 'right',
      cell: (run) => (run.history.length > 0 ? numberWith(run.history.at(-1)!.reconstruction, 4) : '–'),
    },
    {
      key: 'time',
      header: 'Time',
      align: 'right',
      cell: (run) => (run.history.length > 0 ? durationText(run.history.reduce((s, e) => s + e.seconds, 0)) : '–'),
    },
    { key: 'created', header: 'Started', cell: (run) => dateText(run.created) },
    {
      key: 'menu',
      header: <span className="visually-hidden">Actions</span>,
      align: 'right',
      cell: (run) => <RunMenu run={run} busy={busy} ask={(what) => setAsking({ what, run })} />,
    },
  ];
  const close = () => setAsking(null);
  return (
    <Panel title="Runs" note="kept in this browser" flush>
      <Table
        label="Runs"
        columns={columns}
        rows={runs}
        rowKey={(run) => run.id}
        selectedKey={currentId}
        onSelect={(run) => chooseRun(run.id)}
        testId="runs"
      />
      <ResumeDialog run={asking?.what === 'further' ? asking.run : null} onClose={close} />
      {asking?.what === 'rename' && <RenameDialog key={asking.run.id} run={asking.run} onClose={close} />}
      <ConfirmDialog
        open={asking?.what === 'remove'}
        onOpenChange={(open) => {
          if (!open) close();
        }}
        title={`Remove ${asking?.run.name ?? 'the run'}?`}
        description="Its weights, latents and selections are removed from this browser. Export what should last."
        confirmLabel="Remove run"
        danger
        onConfirm={() => {
          if (asking) void removeRun(asking.run.id);
        }}
      />
    </Panel>
  );
}

interface RunMenuProps {
  run: RunSummary;
  busy: boolean;
  ask: (what: 'rename' | 'remove' | 'further') => void;
}

function RunMenu({ run, busy, ask }: RunMenuProps) {
  const going = run.status === 'running' || run.status === 'paused';
  const unfinished = run.epochsDone < run.params.epochs;
  return (
    <span onClick={(event) => event.stopPropagation()}>
      <Menu
        trigger={
          <IconButton
            label={`Actions for ${run.name}`}
            icon={<EllipsisVertical />}
            size="s"
            tooltip={false}
            testId="run-menu"
          />
        }
        items={[
          {
            label: 'Explore',
            icon: <Orbit />,
            disabled: run.epochsDone === 0,
            testId: 'run-explore',
            onSelect() {
              chooseRun(run.id);
              goTo('explore');
            },
          },
          {
            label: run.can.resume ? (unfinished ? 'Resume' : 'Train further…') : 'Begin anew',
            icon: <RotateCw />,
            disabled: busy || !(run.can.resume || unfinished),
            testId: 'run-resume',
            onSelect() {
              if (unfinished) void resumeRun(run.id, null);
              else ask('further');
            },
          },
          { label: 'Rename…', icon: <Pencil />, testId: 'run-rename', onSelect: () => ask('rename') },
          'separator',
          {
            label: 'Remove…',
            icon: <Trash2 />,
            danger: true,
            disabled: going,
            testId: 'run-remove',
            onSelect: () => ask('remove'),
          },
        ]}
      />
    </span>
  );
}

function RenameDialog({ run, onClose }: { run: RunSummary; onClose: () => void }) {
  const [name, setName] = useState(run.name);
  const rename = () => {
    if (name.trim() === '') return;
    onClose();
    void renameRun(run.id, name.trim());
  };
  return (
    <Dialog
      open
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
      title="Rename the run"
      actions={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button variant="primary" disabled={name.trim() === ''} onClick={rename} testId="rename-confirm">
            Rename
          </Button>
        </>
      }
    >
      <TextField label="Name" value={name} onChange={setName} onEnter={rename} testId="rename" />
    </Dialog>
  );
}
