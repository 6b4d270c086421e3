// Deposit this selection: a zip for the EMDB, beside the selection that it is of.
import { PackageCheck } from 'lucide-react';
import { DEPOSIT, nameOfRows, useExports } from '../../stores/explore/index.ts';
import { Button } from '../../ui/button.tsx';
import { NoticeCard } from '../../ui/notice-card.tsx';
import { Popover } from '../../ui/popover.tsx';
import { Spinner } from '../../ui/spinner.tsx';
import { DepositForm } from '../export/deposit-form.tsx';
import { ExportStatus } from '../export/export-status.tsx';
import { HelpLink } from '../help/help-link.tsx';
import styles from './deposit-popover.module.css';

export function DepositPopover({ rows }: { rows: Uint32Array }) {
  const busy = useExports((state) => state.busy === DEPOSIT);
  return (
    <Popover
      label="Deposit this selection"
      side="top"
      testId="deposit-popover"
      trigger={
        <Button
          size="s"
          icon={busy ? <Spinner /> : <PackageCheck />}
          disabled={rows.length < 2 && !busy}
          title="Deposit this selection: what the EMDB asks of a state, as one zip"
          testId="deposit-selection"
        >
          Deposit
        </Button>
      }
    >
      <DepositContent rows={rows} />
    </Popover>
  );
}

function DepositContent({ rows }: { rows: Uint32Array }) {
  // What other files came to is not said here.
  const own = useExports((state) => state.job === DEPOSIT);
  const error = useExports((state) => state.error);
  const isSaid = useExports((state) => state.busy !== null || state.written !== null);
  return (
    <div className={styles.deposit}>
      <h2>
        Deposit this selection <HelpLink to="deposit" about="a state for the EMDB" />
      </h2>
      <DepositForm rows={rows} suggested={nameOfRows(rows) ?? 'Selection'} />
      {own && error && <NoticeCard notice={error} tone="error" testId="deposit-error" />}
      {own && isSaid && <ExportStatus />}
    </div>
  );
}
