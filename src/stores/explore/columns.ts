// The columns of the run that is explored, from what is known of it now.
import { runColumns } from '../../columns/run-columns.ts';
import type { Column } from '../../columns/column.ts';
import { useSelections, type SelectionsState } from './selections.ts';
import { computeUmap, useExplore, type ExploreState } from './store.ts';

let made: { from: unknown[]; columns: readonly Column[] } = { from: [], columns: [] };

/** The same columns again while nothing that they are made of has changed. */
function columnsFrom(
  { columns, startClasses, latents, components, fits, pca, umap, clusters }: ExploreState,
  named: SelectionsState['named'],
): readonly Column[] {
  const from = [columns, startClasses, latents, components, fits, pca.result, umap.result, clusters.result, named];
  if (made.from.length === 0 || from.some((each, i) => each !== made.from[i])) {
    const computed = { pca: pca.result, umap: umap.result, clusters: clusters.result };
    const shares = components && components.percents.map((percent) => percent / 100);
    const known = { particles: columns, startClasses, latents, shares, fits, selections: named };
    made = { from, columns: runColumns({ ...known, ...computed }) };
  }
  return made.columns;
}

/** The columns as they are now. */
export function currentColumns(): readonly Column[] {
  return columnsFrom(useExplore.getState(), useSelections.getState().named);
}

/** The columns, followed. */
export function useColumns(): readonly Column[] {
  const named = useSelections((state) => state.named);
  return useExplore((state) => columnsFrom(state, named));
}

/** Begins to compute what a column needs; principal components and clusters come by themselves. */
export function computeColumn({ availability }: Column): void {
  if (availability.state === 'computable' && availability.by === 'umap') void computeUmap();
}
