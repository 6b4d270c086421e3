// What Explore says before there is something to explore.
import { Orbit } from 'lucide-react';
import type { RunSummary } from '../../../workers/contract.ts';
import { goTo } from '../../stores/shell.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import styles from './explore-view.module.css';

export function ExploreEmpty({ run }: { run: RunSummary | null }) {
  const waiting = run?.status === 'running' || run?.status === 'paused';
  return (
    <div className={styles.centre}>
      {run ? (
        <EmptyState
          icon={<Orbit />}
          title={waiting ? 'The first epoch is not done yet' : 'This run has no finished epoch'}
          testId="explore-empty"
          action={
            <Button variant="primary" onClick={() => goTo('learn')}>
              {waiting ? 'Watch it learn' : 'Go to Learn'}
            </Button>
          }
        >
          {waiting
            ? 'The landscape and its maps appear here after the first pass over all images.'
            : 'It ended before the first pass over all images was complete. Resume it on Learn, or choose another run above.'}
        </EmptyState>
      ) : (
        <EmptyState
          icon={<Orbit />}
          title="Nothing learned yet"
          testId="explore-empty"
          action={
            <>
              <Button variant="primary" onClick={() => goTo('learn')}>
                Go to Learn
              </Button>
              <Button onClick={() => goTo('data')}>Open particles</Button>
            </>
          }
        >
          Open a particle stack on Data and start a run on Learn. Then this is the place to lasso particles, see the map
          at any point, and play how the structure moves.
        </EmptyState>
      )}
    </div>
  );
}
