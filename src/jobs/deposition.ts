// What EMDB asks of a state's entry, as one zip: map, both half maps unmasked, mask, FSC as XML, contour, the list of its particles, and a
// README with the shares of the particles and how sure they are.
import { writeMrcVolume } from '../formats/mrc-write.ts';
import { SPLIT_WORDS, type SplitBy } from '../inference/half-maps/splits.ts';
import { mapStatistics } from '../isosurface/statistics.ts';
import { contourForMass } from '../validation/contour.ts';
import { compareMaps } from './compare-maps.ts';
import { comparisonWords, fscXml } from './comparison-files.ts';
import { fileStem } from './file-stem.ts';
import type { JobOptions } from './progress.ts';
import { BlobZip } from './zip.ts';

/** A state to deposit. */
export interface DepositedState {
  /** For people, and for the folder in the zip. */
  name: string;
  /** Where it came from: the run's name. */
  runName: string;
  boxPixels: number;
  pixelSizeAngstrom: number;
  /** D³ each, neither masked nor filtered. */
  map: Float32Array;
  halves: readonly [Float32Array, Float32Array];
  /** D³ factors 0 … 1, soft, about the state's density. */
  mask: Float32Array;
  /** Images of each half, and how they were split. */
  halfImages: readonly [number, number];
  splitBy: SplitBy;
  /** The list of its particles. */
  particles: { name: string; bytes: Uint8Array };
  /** Particles of the run. */
  total: number;
  /** Standard deviation of the share, 0 … 1, and what was drawn anew for it. */
  shareError: number;
  drawn: 'particles' | 'micrographs';
  /** For the contour; by the map's own statistics where null. */
  massKilodalton?: number | null;
}

/** The zip and what was written into its README. */
export async function depositionBundle(
  state: DepositedState,
  { signal, onProgress }: JobOptions = {},
): Promise<{ zip: Blob; contour: number; resolutionAngstrom: number }> {
  const { boxPixels, pixelSizeAngstrom, map, halves, mask, particles } = state;
  const folder = fileStem(state.name);
  const found = await compareMaps(
    { maps: halves, boxPixels, pixelSizeAngstrom },
    { mask, randomise: true, ...(signal && { signal }), ...(onProgress && { onProgress }) },
  );
  const counted = found.curves[found.curves.length - 1];
  const contour = state.massKilodalton
    ? contourForMass(map, pixelSizeAngstrom, state.massKilodalton)
    : mapStatistics(map).suggestedLevel;
  const zip = new BlobZip();
  const volume = (values: Float32Array) => writeMrcVolume({ boxPixels, pixelSizeAngstrom, values });
  const text = (content: string) => new TextEncoder().encode(content);
  zip.add(`${folder}/map.mrc`, volume(map));
  zip.add(`${folder}/half1.mrc`, volume(halves[0]));
  zip.add(`${folder}/half2.mrc`, volume(halves[1]));
  zip.add(`${folder}/mask.mrc`, volume(mask));
  zip.add(`${folder}/fsc.xml`, text(fscXml(counted, boxPixels, pixelSizeAngstrom)));
  zip.add(`${folder}/contour.txt`, text(`${contour.toPrecision(6)}\n`));
  zip.add(`${folder}/${particles.name}`, particles.bytes);
  zip.add(`${folder}/README.md`, text(readme(state, { contour, words: comparisonWords(found) })));
  return { zip: zip.end(), contour, resolutionAngstrom: counted.resolution0143 };
}

function readme(state: DepositedState, { contour, words }: { contour: number; words: string[] }): string {
  const { halfImages, splitBy, total, shareError, drawn, particles, pixelSizeAngstrom, boxPixels } = state;
  const count = halfImages[0] + halfImages[1];
  const percent = (value: number) => (100 * value).toFixed(2);
  return `# ${state.name}

A state of the run ${state.runName}, for an entry of its own in the EMDB.

| file | what it is |
| --- | --- |
| map.mrc | the map by backprojection of exactly these particles, neither masked nor filtered; ${boxPixels} voxels of ${Number(pixelSizeAngstrom.toPrecision(6))} Å a side |
| half1.mrc, half2.mrc | the same of halves of them, ${halfImages.map((n) => n.toLocaleString('en')).join(' and ')} particles, split ${SPLIT_WORDS[splitBy]} |
| mask.mrc | the mask of the FSC: soft, around the density of the map, dilated 25 Å, edge 15 Å |
| fsc.xml | FSC of the halves in the EMDB’s layout, corrected for the mask by random phases |
| contour.txt | recommended contour: ${contour.toPrecision(4)} |
| ${particles.name} | the particles of the state |

- Particles: ${count.toLocaleString('en')} of ${total.toLocaleString('en')}, ${percent(count / total)} ± ${percent(shareError)} % (standard error by bootstrap of ${drawn}; how particles were assigned is not in it)
${words.map((line) => `- ${line}`).join('\n')}

Maps were made from the images, their poses and their CTF alone, with no model in between; both halves share the poses, and the latents by
which particles were chosen. Maps between states that a model decoded are
additional files at most, said to be of a model; the particles with poses and latents belong to EMPIAR.
`;
}
