// The columns of the run that is explored, from what is known of it now.
import { runColumns, type VolumeNumbers } from '../../columns/run-columns.ts';
import type { Column } from '../../columns/column.ts';
import { useSelections, type SelectionsState } from './selections.ts';
import { shownStates, useStates, type StatesState } from './states.ts';
import { computeUmap, useExplore, type ExploreState } from './store.ts';

let made: { from: unknown[]; columns: readonly Column[] } = { from: [], columns: [] };

/** The same columns again while nothing that they are made of has changed. */
function columnsFrom(
  { columns, startClasses, latents, components, fits, pca, umap, clusters }: ExploreState,
  named: SelectionsState['named'],
  shown: Pick<StatesState, 'landscape' | 'moved' | 'colours'>,
): readonly Column[] {
  const ofRun = [columns, startClasses, latents, components, fits, named];
  const from = [...ofRun, pca.result, umap.result, clusters.result, shown.landscape, shown.moved, shown.colours];
  if (made.from.length === 0 || from.some((each, i) => each !== made.from[i])) {
    const volumes = volumeNumbers(shown);
    const computed = { pca: pca.result, umap: umap.result, clusters: clusters.result, volumes };
    const shares = components && components.percents.map((percent) => percent / 100);
    const known = { particles: columns, startClasses, latents, shares, fits, selections: named };
    made = { from, columns: runColumns({ ...known, ...computed }) };
  }
  return made.columns;
}

function volumeNumbers(shown: Pick<StatesState, 'landscape' | 'moved' | 'colours'>): VolumeNumbers | null {
  const states = shownStates(shown);
  if (!shown.landscape || !states) return null;
  const { particles, pca } = shown.landscape;
  return {
    scores: particles && { values: particles.scores, components: particles.components, shares: pca.explainedVariance },
    states: { labels: states.ofParticle, count: states.count, places: shown.colours.places },
  };
}

/** The columns as they are now. */
export function currentColumns(): readonly Column[] {
  return columnsFrom(useExplore.getState(), useSelections.getState().named, useStates.getState());
}

/** The columns, followed. */
export function useColumns(): readonly Column[] {
  const named = useSelections((state) => state.named);
  const landscape = useStates((state) => state.landscape);
  const moved = useStates((state) => state.moved);
  const colours = useStates((state) => state.colours);
  return useExplore((state) => columnsFrom(state, named, { landscape, moved, colours }));
}

/** Begins to compute what a column needs; principal components and clusters come by themselves. */
export function computeColumn({ availability }: Column): void {
  if (availability.state === 'computable' && availability.by === 'umap') void computeUmap();
}
