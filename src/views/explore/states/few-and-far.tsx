// States that may be junk, said in words, each with its map and the way out one click away.
import type { Landscape, LandscapeStates } from '../../../../workers/contract.ts';
import { excludeStates, showLandscapeMap, useStates } from '../../../stores/explore/index.ts';
import { Button } from '../../../ui/button.tsx';
import { percentText } from '../../../ui/quantities.ts';
import styles from './states.module.css';

interface FewAndFarProps {
  states: LandscapeStates;
  landscape: Landscape;
}

/** Nothing while the cut is moved: what can be left out are states of the landscape that is kept. */
export function FewAndFar({ states, landscape }: FewAndFarProps) {
  const moving = useStates((state) => state.moved !== null);
  const busy = useStates((state) => state.work !== null);
  const flagged = [...states.fewAndFar.keys()].filter((state) => states.fewAndFar[state]);
  if (flagged.length === 0 || moving) return null;
  const total = landscape.sketch.mapOfParticle.length;
  const { boxPixels } = landscape.sketch;
  return (
    <div className={styles.caution} role="note" data-testid="few-and-far">
      <p>
        Few particles, and far: farther from the nearest map of another state than half of all pairs of maps are from
        each other. Junk, or a rare state; its map tells.
      </p>
      {flagged.map((state) => (
        <div key={state} className={styles.row}>
          <span>
            State {state + 1}: {states.particles[state].toLocaleString('en')} particles (
            {percentText(states.particles[state] / total)}), {states.maps[state]}{' '}
            {states.maps[state] === 1 ? 'map' : 'maps'}
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
            disabled={busy || states.count < 2}
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
