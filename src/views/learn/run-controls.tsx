// Pause, go on, stop, resume, explore: what the run's status allows.
import { Orbit, Pause, Play, RotateCw, Square } from 'lucide-react';
import { useState } from 'react';
import type { RunSummary } from '../../../workers/contract.ts';
import { activeRun, continueRun, pauseRun, resumeRun, stopRun, useRuns } from '../../stores/runs.ts';
import { goTo } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { ResumeDialog } from './resume-dialog.tsx';
import styles from './run-controls.module.css';

export function RunControls({ run }: { run: RunSummary }) {
  const pending = useRuns((state) => state.pending);
  const otherActive = useRuns((state) => activeRun(state) !== null);
  const [asking, setAsking] = useState(false);
  const unfinished = run.epochsDone < run.params.epochs;
  const ended = run.status === 'interrupted' || run.status === 'finished' || run.status === 'failed';
  return (
    <div className={styles.controls}>
      {run.status === 'running' && (
        <Button
          icon={<Pause />}
          busy={pending === 'pause'}
          disabled={pending !== null}
          onClick={() => void pauseRun(run.id)}
          testId="pause"
        >
          Pause
        </Button>
      )}
      {run.status === 'paused' && (
        <Button
          variant="primary"
          icon={<Play />}
          busy={pending === 'continue'}
          disabled={pending !== null}
          onClick={() => void continueRun(run.id)}
          testId="continue"
        >
          Continue
        </Button>
      )}
      {(run.status === 'running' || run.status === 'paused') && (
        <Button
          icon={<Square />}
          busy={pending === 'stop'}
          disabled={pending !== null}
          title={run.can.resume ? 'Keeps the last complete epoch; the run can be resumed' : 'It can begin anew later'}
          onClick={() => void stopRun(run.id)}
          testId="stop"
        >
          Stop
        </Button>
      )}
      {ended && (run.can.resume || unfinished) && (
        <Button
          icon={<RotateCw />}
          busy={pending === 'resume'}
          disabled={otherActive || pending !== null}
          title={otherActive ? 'Another run is in progress' : undefined}
          onClick={() => {
            if (unfinished) void resumeRun(run.id, null);
            else setAsking(true);
          }}
          testId="resume"
        >
          {run.can.resume ? (unfinished ? 'Resume' : 'Train further') : 'Begin anew'}
        </Button>
      )}
      {run.epochsDone > 0 && (
        <Button
          variant={ended ? 'primary' : 'secondary'}
          icon={<Orbit />}
          onClick={() => goTo('explore')}
          testId="go-explore"
        >
          Explore
        </Button>
      )}
      <ResumeDialog run={asking ? run : null} onClose={() => setAsking(false)} />
    </div>
  );
}
