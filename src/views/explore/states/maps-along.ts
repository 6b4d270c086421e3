// Maps of a sketch that lie evenly along a volume component, from the least score to the greatest.
import type { Landscape } from '../../../../workers/contract.ts';

/** Their latents, steps×zDim. No map twice: fewer steps where the sketch has fewer maps. */
export function mapsAlong(
  { pca, sketch }: Pick<Landscape, 'pca' | 'sketch'>,
  component: number,
  most: number,
): { z: Float32Array; steps: number } {
  const scoreOf = (map: number) => pca.scores[map * pca.components + component];
  // Maps that were left out have no scores.
  const maps = Array.from(sketch.rows.keys())
    .filter((map) => Number.isFinite(scoreOf(map)))
    .sort((a, b) => scoreOf(a) - scoreOf(b));
  const [low, high] = [scoreOf(maps[0]), scoreOf(maps[maps.length - 1])];
  const chosen = new Set<number>();
  for (let step = 0; step < most; step++) {
    const wanted = low + ((high - low) * step) / Math.max(1, most - 1);
    chosen.add(
      maps.reduce((best, map) => (Math.abs(scoreOf(map) - wanted) < Math.abs(scoreOf(best) - wanted) ? map : best)),
    );
  }
  const { zDim } = sketch;
  const z = new Float32Array(chosen.size * zDim);
  [...chosen].forEach((map, step) => z.set(sketch.z.subarray(map * zDim, (map + 1) * zDim), step * zDim));
  return { z, steps: chosen.size };
}
