// A state as EMDB asks for it: one zip, made of a selection's own images in the engine worker.
import type { Deposition, Progress } from '../../../workers/contract.ts';
import { backend } from './backend.ts';
import { useExports, write, type Save } from './exports.ts';
import { useExplore } from './store.ts';

/** The job's name while it goes on. */
export const DEPOSIT = 'deposit';
const HEADER_BYTES = 1024;

/** Bytes of the maps of a bundle: the map, its halves and the mask, float32. Its list comes on top. */
export function depositionBytes(boxPixels: number): number {
  return 4 * (HEADER_BYTES + 4 * boxPixels ** 3);
}

function found({ resolutionAngstrom, contour }: Deposition): string {
  return `Halves agree to ${resolutionAngstrom.toFixed(1)} Å (0.143, corrected for the mask); contour ${contour.toPrecision(4)}.`;
}

/** Makes the bundle of the particles `rows` (ascending) and saves it. A mass of null leaves the contour to the map's statistics. */
export async function exportDeposition(
  rows: Uint32Array,
  { name, massKilodalton }: { name: string; massKilodalton: number | null },
  save: Save,
): Promise<void> {
  const { run } = useExplore.getState();
  if (!run) return;
  await write(DEPOSIT, save, async (signal) => {
    const onProgress = (progress: Progress) => {
      if (!signal.aborted) useExports.setState({ progress });
    };
    const made = await backend().engine.deposit(run.id, { name, rows, massKilodalton }, { signal, onProgress });
    return { name: made.name, blob: made.blob, note: found(made) };
  });
}
