// CryoBench's neighbourhood similarity: the share of each particle's k nearest others in the latents that are among its k nearest in
// what is true of it (Jeon et al. 2024), mean over the particles. By chance it is k/(N − 1).
import { VitrineError } from '../base/errors.ts';
import { eachNeighbourhood, type NeighbourOptions } from './latent-score.ts';

/** N×`dimension` coordinates. */
export interface Coordinates {
  values: Float32Array;
  dimension: number;
}

/** 0 … 1. Exact, N² distances each. Others at one distance are taken in the order of rows. Errors: 'count-mismatch', 'cancelled'. */
export async function neighbourhoodSimilarity(
  latents: Coordinates,
  truth: Coordinates,
  options: NeighbourOptions = {},
): Promise<number> {
  const count = latents.values.length / latents.dimension;
  if (truth.values.length / truth.dimension !== count)
    throw new VitrineError('count-mismatch', 'Latents and truth are not of the same particles.', {
      expected: `${count} particles`,
      found: String(truth.values.length / truth.dimension),
    });
  const wanted = Math.min(options.neighbours ?? 10, count - 1);
  const nearest = new Int32Array(count * wanted);
  await eachNeighbourhood(latents.values, latents.dimension, options, (row, who) => nearest.set(who, row * wanted));
  let shared = 0;
  await eachNeighbourhood(truth.values, truth.dimension, options, (row, who) => {
    const own = nearest.subarray(row * wanted, (row + 1) * wanted);
    for (const other of who) if (own.includes(other)) shared++;
  });
  return shared / (count * wanted);
}
