// The map of a selection from its images, beside the model's map at the middle of it.
import { zOfRow } from '../../columns/place.ts';
import { markRow } from './landscape.ts';
import { reconstructSelection } from './maps.ts';
import { useExplore } from './store.ts';

/** Of selected particles the one that is nearest to the mean of their latents; null of none. `mu`: N×zDim. */
function middleOf(rows: Uint32Array, { mu, zDim }: { mu: Float32Array; zDim: number }): number | null {
  const mean = new Float64Array(zDim);
  for (const row of rows) for (let a = 0; a < zDim; a++) mean[a] += mu[row * zDim + a] / rows.length;
  let [found, least] = [-1, Infinity];
  for (const row of rows) {
    let squared = 0;
    for (let a = 0; a < zDim; a++) squared += (mu[row * zDim + a] - mean[a]) ** 2;
    if (squared < least) [found, least] = [row, squared];
  }
  return found < 0 ? null : found;
}

/** Makes both maps of a selection or a cluster; nothing where the run has no latents. Returns at once. */
export function reconstructRows(rows: Uint32Array, name: string): void {
  const { latents } = useExplore.getState();
  const row = latents && middleOf(rows, latents);
  if (!latents || row === null) return;
  markRow(row);
  reconstructSelection(rows, zOfRow(latents, row), row, name);
}
