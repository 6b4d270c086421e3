// Which device computes; a click says what a missing WebGPU costs and how to get it.
import { useEffect } from 'react';
import { activeRun, useRuns } from '../stores/runs.ts';
import { clearKernels, loadDevice, loadKernels, useShell } from '../stores/shell.ts';
import { Button } from '../ui/button.tsx';
import { classNames } from '../ui/class-names.ts';
import { NoticeCard } from '../ui/notice-card.tsx';
import { Popover } from '../ui/popover.tsx';
import { Spinner } from '../ui/spinner.tsx';
import type { DeviceReport } from '../../workers/contract.ts';
import popover from './popover.module.css';
import styles from './device-badge.module.css';

const WEBGPU: Record<DeviceReport['webgpu'], string> = {
  available: 'available',
  software: 'only in software, on the CPU',
  absent: 'not in this browser',
};

function shortName(device: DeviceReport): string {
  if (device.processor === 'gpu' && !device.software) return 'GPU';
  return device.threads > 1 ? `CPU, ${device.threads} threads` : 'CPU';
}

/** What was chosen on this machine, read when the details are opened. */
function KernelsKept() {
  const kernels = useShell((state) => state.kernels);
  const busy = useRuns((state) => activeRun(state) !== null);
  useEffect(() => void loadKernels(), []);
  if (!kernels) return null;
  const current = kernels.filter((each) => each.current);
  return (
    <div className={styles.kernels} data-testid="kernels-kept">
      <p className={styles.kernelsTitle}>Kernels chosen for this device</p>
      {current.length === 0 ? (
        <p>None yet: the fastest are chosen beside the first training.</p>
      ) : (
        <ul>
          {current.map(({ key, sizes, scalar, created }) => (
            <li key={key}>
              {sizes}, {scalar === 'f16' ? 'float16' : 'float32'}
              {created && <span className={styles.kernelsDate}> {new Date(created).toLocaleDateString('en-GB')}</span>}
            </li>
          ))}
        </ul>
      )}
      {kernels.length > 0 && (
        <Button
          size="s"
          disabled={busy}
          title={busy ? 'A run goes on with them' : 'They are chosen again with the next training'}
          onClick={() => void clearKernels()}
          testId="clear-kernels"
        >
          Clear and choose again
        </Button>
      )}
    </div>
  );
}

export function DeviceBadge() {
  const device = useShell((state) => state.device);
  const error = useShell((state) => state.deviceError);
  const speed = useRuns((state) => state.runs.find((run) => run.history.length > 0)?.history.at(-1)?.imagesPerSecond);
  const full = device?.processor === 'gpu' && !device.software;
  const tone = error ? styles.dotDanger : full ? styles.dotGood : device ? styles.dotWarn : undefined;
  return (
    <Popover
      label="Device"
      testId="device-popover"
      trigger={
        <Button
          variant="ghost"
          testId="device-badge"
          aria-label={device ? `Computes on ${device.description}` : 'Device'}
          data-processor={device?.processor}
          data-webgpu={device?.webgpu}
        >
          <span className={styles.deviceText}>
            {device || error ? <span className={classNames(styles.dot, tone)} /> : <Spinner />}
            <span className={styles.deviceWord}>{error ? 'No device' : device ? shortName(device) : 'Device'}</span>
          </span>
        </Button>
      }
    >
      {error && (
        <NoticeCard
          tone="error"
          notice={error}
          actions={<Button onClick={() => void loadDevice()}>Ask again</Button>}
        />
      )}
      {!device && !error && <p>Asking the machine what it has…</p>}
      {device && (
        <>
          <div className={popover.popTitle}>
            <span className={classNames(styles.dot, tone)} />
            {full ? 'Computes on the graphics processor' : 'Computes on the CPU'}
          </div>
          <dl className={popover.facts}>
            <dt>Device</dt>
            <dd>{device.description}</dd>
            <dt>WebGPU</dt>
            <dd>{WEBGPU[device.webgpu]}</dd>
            <dt>Threads</dt>
            <dd>
              {device.threads}
              {device.crossOriginIsolated ? '' : ' (the page is not isolated, so threads are off)'}
            </dd>
            {speed !== undefined && (
              <>
                <dt>Last run</dt>
                <dd>{Math.round(speed)} images/s</dd>
              </>
            )}
          </dl>
          {device.advice && (
            <div className={styles.advice}>
              <p className={styles.adviceTitle}>Faster with WebGPU</p>
              <p>{device.advice}</p>
            </div>
          )}
          {full && <KernelsKept />}
          <p className={popover.quiet}>Everything is computed on this machine. No byte leaves it.</p>
        </>
      )}
    </Popover>
  );
}
