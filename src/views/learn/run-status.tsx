// A run's status in a word, everywhere the same.
import type { RunStatus } from '../../../workers/contract.ts';
import { Badge, type Tone } from '../../ui/badge.tsx';

const TONES: Record<RunStatus, Tone> = {
  running: 'accent',
  paused: 'warn',
  interrupted: 'warn',
  finished: 'good',
  failed: 'danger',
};

export function RunStatusBadge({ status, testId }: { status: RunStatus; testId?: string }) {
  return (
    <Badge tone={TONES[status]} live={status === 'running'} testId={testId}>
      {status}
    </Badge>
  );
}
