// States that may be junk, said in words, each with its map and the way out one click away.
import type { Landscape, LandscapeStates } from '../../../../workers/contract.ts';
import { excludeStates, showLandscapeMap, useStates } from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { classNames } from '../../../ui/class-names.ts';
import { percentText } from '../../../ui/quantities.ts';
import styles from './states.module.css';

interface FewAndFarProps {
  states: LandscapeStates;
  landscape: Landscape;
}

/** Nothing while the cut is moved: what can be left out are states of the landscape that is kept. */
export function FewAndFar({ states, landscape }: FewAndFarProps) {
  const moving = useStates((state) => state.moved !== null);
  const isBusy = useStates((state) => state.work !== null);
  const flagged = [...states.fewAndFar.keys()].filter((state) => states.fewAndFar[state]);
  if (flagged.length === 0 || moving) return null;
  const total = landscape.sketch.mapOfParticle.length;
  const { boxPixels } = landscape.sketch;
  return (
    <div className={classNames(styles.caution, styles.flagged)} role="note" data-testid="few-and-far">
      <p>
        Few particles, and far: farther from the nearest map of another state than half of all pairs of maps are from
        each other. Junk, or a rare state; its map tells.
      </p>
      {flagged.length > 1 && (
        <div>
          <Button
            size="s"
            disabled={isBusy || flagged.length === states.count}
            title="Components, tree and states are made again of the other maps"
            onClick={() => void excludeStates(flagged)}
            testId="few-and-far-out"
          >
            Leave all {flagged.length} out
          </Button>
        </div>
      )}
      {flagged.map((state) => (
        <div key={state} className={styles.row}>
          <span>
            State {state + 1}: {counted(states.particles[state], 'particle')} (
            {percentText(states.particles[state] / total)}), {counted(states.maps[state], 'map')}
          </span>
          <Button
            size="s"
            variant="ghost"
            onClick={() => showLandscapeMap({ kind: 'state-mean', state }, boxPixels, `State ${state + 1}, mean`)}
            testId={`few-and-far-map-${state}`}
          >
            Its map
          </Button>
          <Button
            size="s"
            disabled={isBusy || states.count < 2}
            title="Components, tree and states are made again of the other maps"
            onClick={() => void excludeStates([state])}
            testId={`few-and-far-out-${state}`}
          >
            Leave out
          </Button>
        </div>
      ))}
    </div>
  );
}

function counted(count: number, what: string): string {
  return `${count.toLocaleString('en')} ${what}${count === 1 ? '' : 's'}`;
}
