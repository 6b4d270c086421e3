// What a contour slider needs of a map: its range, moments, a histogram, and a level to begin with.
//
// The suggested level starts from the field's habit, mean + 3 standard deviations, and is kept where a surface shows a
// molecule: at least 0.3 % and at most 4 % of the box's voxels above it. A protein at 0.81 Da/Å³ fills about that
// share of the boxes that particles are cut in (box side 1.5–2.5 times the particle). Sharp or empty maps, whose mean +
// 3 sd lies above all but a few voxels, and maps with a strong solvent ripple are so caught at their upper quantiles.

/** Mean, deviation, extremes and histogram of a map, and the level to contour it at first. */
export interface MapStatistics {
  min: number;
  max: number;
  mean: number;
  standardDeviation: number;
  /** 256 counts from min to max, the last bin closed. */
  histogram: Uint32Array;
  /** A contour to begin with. */
  suggestedLevel: number;
}

const BINS = 256;
const LEAST_SHARE = 0.003;
const MOST_SHARE = 0.04;

/** Voxels that are not finite are left out; a map without finite voxels is all zero. */
export function mapStatistics(values: Float32Array): MapStatistics {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < min) min = value;
    if (value > max) max = value;
    sum += value;
    count++;
  }
  const histogram = new Uint32Array(BINS);
  if (count === 0) return { min: 0, max: 0, mean: 0, standardDeviation: 0, histogram, suggestedLevel: 0 };
  const mean = sum / count;
  const perUnit = max > min ? BINS / (max - min) : 0;
  let squares = 0;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    squares += (value - mean) ** 2;
    histogram[Math.min(BINS - 1, Math.floor((value - min) * perUnit))]++;
  }
  const standardDeviation = Math.sqrt(squares / count);
  const sorted = sortedSample(values);
  const levelOfShare = (share: number) => sorted[Math.floor((1 - share) * (sorted.length - 1))] ?? mean;
  const suggestedLevel = levelFor(mean, standardDeviation, levelOfShare);
  return { min, max, mean, standardDeviation, histogram, suggestedLevel };
}

function levelFor(mean: number, standardDeviation: number, levelOfShare: (share: number) => number): number {
  return Math.min(Math.max(mean + 3 * standardDeviation, levelOfShare(MOST_SHARE)), levelOfShare(LEAST_SHARE));
}

/** Share of the voxels in one bin up to which a quantile in it is told well enough. */
const FINE_SHARE = 0.003;

/**
 * With about the level that `mapStatistics` would suggest, from the counts alone. Null where they do not tell it: few spikes
 * far above all else leave the molecule one bin.
 */
export function withSuggestedLevel(counted: Omit<MapStatistics, 'suggestedLevel'>): MapStatistics | null {
  const { min, max, mean, standardDeviation, histogram } = counted;
  const count = histogram.reduce((sum, n) => sum + n, 0);
  const most = quantile(histogram, MOST_SHARE * count);
  const least = quantile(histogram, LEAST_SHARE * count);
  if (most === null || least === null) return null;
  const levelOfShare = (share: number) => min + ((max - min) * (share === MOST_SHARE ? most : least)) / BINS;
  return { ...counted, suggestedLevel: levelFor(mean, standardDeviation, levelOfShare) };
}

/** Bins, from the first one's lower edge, below the uppermost `above` of all counts; null where that bin holds too many. */
function quantile(histogram: Uint32Array, above: number): number | null {
  const most = FINE_SHARE * histogram.reduce((sum, n) => sum + n, 0);
  let rest = above;
  for (let bin = BINS - 1; bin >= 0; rest -= histogram[bin--]) {
    const here = histogram[bin];
    if (here > 0 && here >= rest) return here > most ? null : bin + 1 - rest / here;
  }
  return null;
}

/** At most 2¹⁷ of the finite voxels, evenly strided, ascending: enough to tell quantiles of a thousandth. */
function sortedSample(values: Float32Array): Float32Array {
  // An odd stride does not fall into step with the box's rows.
  const stride = Math.max(1, Math.floor(values.length / (1 << 17)) | 1);
  const taken: number[] = [];
  for (let i = 0; i < values.length; i += stride) if (Number.isFinite(values[i])) taken.push(values[i]);
  return Float32Array.from(taken).sort();
}
