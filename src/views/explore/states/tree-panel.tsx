// The dendrogram with its cut beside the list of states: counts, spread, maps; a state is a selection; states can be left out.
import { SquareMousePointer } from 'lucide-react';
import type { Landscape, LandscapeStates } from '../../../../workers/contract.ts';
import {
  cutStates,
  excludeTicked,
  modeWith,
  reclusterStates,
  rowsOfState,
  select,
  setLandscape,
  showLandscapeMap,
  shownStates,
  tickState,
  useLandscape,
  useMaps,
  useStates,
} from '../../../stores/explore/index.ts';
import { Button, IconButton } from '../../../ui/button.tsx';
import { numberWith, percentText } from '../../../ui/quantities.ts';
import { NumberField } from '../../../ui/text-field.tsx';
import { useThemeColors } from '../../../ui/theme-colors.ts';
import { placeColors } from '../point-colors.ts';
import { Dendrogram } from './dendrogram.tsx';
import { FewAndFar } from './few-and-far.tsx';
import styles from './states.module.css';

interface Modifiers {
  shiftKey: boolean;
  altKey: boolean;
}

function selectState(state: number, { shiftKey, altKey }: Modifiers): void {
  select(rowsOfState(state), modeWith(shiftKey, altKey));
}

export function TreePanel({ landscape }: { landscape: Landscape }) {
  const moved = useStates((state) => state.moved);
  const places = useStates((state) => state.colours.places);
  const theme = useThemeColors();
  const states = shownStates({ moved, landscape });
  if (!states) return null;
  const colors = placeColors(places, theme.categories);
  return (
    <div className={styles.tree}>
      <Dendrogram
        tree={landscape.dendrogram}
        ofMap={states.ofMap}
        colors={colors}
        states={states.count}
        onCut={cutStates}
        onState={selectState}
      />
      <div className={styles.side}>
        <ListHead states={states} landscape={landscape} />
        <FewAndFar states={states} landscape={landscape} />
        <StateList states={states} colors={colors} landscape={landscape} />
      </div>
    </div>
  );
}

function ListHead({ states, landscape }: { states: LandscapeStates; landscape: Landscape }) {
  const coloured = useLandscape((state) => state.color === 'state');
  const ticked = useStates((state) => state.ticked.length);
  const excluded = landscape.settings.states.excludedMaps.length;
  return (
    <div className={styles.row}>
      <NumberField
        inline
        small
        width={3}
        label="States"
        value={states.count}
        onCommit={(count) => cutStates(Math.max(1, Math.min(landscape.dendrogram.maps.length, Math.round(count))))}
        testId="states-count"
      />
      <Button
        size="s"
        variant="ghost"
        title="The cut with the widest gap between heights, of 2 to 15 states"
        onClick={() => void reclusterStates({ cut: { kind: 'largest-gap' } })}
        testId="states-gap"
      >
        Widest gap
      </Button>
      <Button
        size="s"
        variant="ghost"
        disabled={coloured}
        onClick={() => setLandscape({ color: 'state' })}
        testId="states-colour"
      >
        Colour by state
      </Button>
      {ticked > 0 && (
        <Button size="s" variant="primary" onClick={() => void excludeTicked()} testId="states-exclude">
          Leave out {ticked}, again
        </Button>
      )}
      {excluded > 0 && (
        <Button
          size="s"
          variant="ghost"
          title={`${excluded} maps are left out`}
          onClick={() => void reclusterStates({ excludedMaps: [], cut: { kind: 'largest-gap' } })}
          testId="states-include"
        >
          Take all in
        </Button>
      )}
    </div>
  );
}

interface StateListProps {
  states: LandscapeStates;
  colors: readonly string[];
  landscape: Landscape;
}
function StateList({ states, colors, landscape }: StateListProps) {
  const moving = useStates((state) => state.moved !== null);
  const total = landscape.sketch.mapOfParticle.length;
  return (
    <table className={styles.list} aria-label="States" data-testid="states-list">
      <thead>
        <tr>
          <th scope="col">State</th>
          <th scope="col">Particles</th>
          <th scope="col">Maps</th>
          <th scope="col" title="Root of the mean squared distance of its maps to their mean, in units of the map">
            Spread
          </th>
          <th
            scope="col"
            title="Mean silhouette of its maps by the distances of the tree: near 1 well inside, 0 between two states, below 0 nearer to another"
          >
            Silhouette
          </th>
          <th scope="col">
            <span className="visually-hidden">Maps and particles</span>
          </th>
          <th scope="col" title="Tick states to leave out, junk for one, and make the landscape of the rest again">
            Out
          </th>
        </tr>
      </thead>
      <tbody>
        {Array.from({ length: states.count }, (_, state) => (
          <StateRow
            key={state}
            {...{ state, states, total, moving }}
            color={colors[state]}
            box={landscape.sketch.boxPixels}
          />
        ))}
      </tbody>
    </table>
  );
}

/** A dash where there is none. */
function silhouetteText(width: number): string {
  return Number.isFinite(width) ? width.toFixed(2).replace('-', '−') : '–';
}

interface StateRowProps {
  state: number;
  states: LandscapeStates;
  color: string;
  total: number;
  box: number;
  /** The cut is being moved: maps of its states are not made yet. */
  moving: boolean;
}
function StateRow({ state, states, color, total, box, moving }: StateRowProps) {
  const ticked = useStates((store) => store.ticked.includes(state));
  const shown = useMaps(({ a }) => {
    const of = a?.map.source?.landscape;
    return of && 'state' in of && of.state === state ? of.kind : null;
  });
  const name = `State ${state + 1}`;
  const particles = states.particles[state];
  const show = (kind: 'state-mean' | 'state-sd') =>
    showLandscapeMap({ kind, state }, box, kind === 'state-mean' ? `${name}, mean` : `${name}, standard deviation`);
  return (
    <tr data-testid={`state-${state}`}>
      <th scope="row">
        <span className={styles.chip} style={{ background: color }}>
          {state + 1}
        </span>
      </th>
      <td>
        {particles.toLocaleString('en')} <span className={styles.quiet}>{percentText(particles / total)}</span>
      </td>
      <td>{states.maps[state]}</td>
      <td>{numberWith(states.spread[state], 3)}</td>
      <td data-testid={`state-silhouette-${state}`}>{silhouetteText(states.silhouette[state])}</td>
      <td className={styles.actions}>
        <IconButton
          size="s"
          label={`Select the particles of ${name} (shift adds, alt takes away)`}
          icon={<SquareMousePointer />}
          onClick={(event) => selectState(state, event)}
          testId={`state-select-${state}`}
        />
        {(['state-mean', 'state-sd'] as const).map((kind) => (
          <Button
            key={kind}
            size="s"
            variant="ghost"
            aria-pressed={shown === kind}
            disabled={moving}
            title={`Show ${kind === 'state-mean' ? 'the mean' : 'the standard deviation'} of the maps of ${name}`}
            onClick={() => show(kind)}
            testId={`${kind}-${state}`}
          >
            {kind === 'state-mean' ? 'mean' : 'sd'}
          </Button>
        ))}
      </td>
      <td>
        <input
          type="checkbox"
          aria-label={`Leave ${name} out`}
          checked={ticked}
          disabled={moving || states.count < 2}
          data-testid={`state-out-${state}`}
          onChange={(event) => tickState(state, event.target.checked)}
        />
      </td>
    </tr>
  );
}
