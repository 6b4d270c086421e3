// The pixels of a set as it is understood: white or dark, and whether all are numbers.
import { isFileImageReader } from '../mrc.ts';
import type { ParticleSet } from '../particles.ts';
import { findBadPixels, withoutRows } from './bad-pixels.ts';
import type { Drop } from './drop.ts';
import { looksWhite } from './looks-white.ts';
import { inWords } from './recognise.ts';
import type { Understanding } from './understanding.ts';

const SCAN_ALL_BELOW_BYTES = 2 * 2 ** 30;
const SCAN_SAMPLE = 4096;
const LISTED_ROWS = 1000;

/** White or dark, and NaN or infinite pixels: asked about, or left out where that was the answer. */
export async function lookAtPixels(drop: Drop, result: Understanding, set: ParticleSet): Promise<void> {
  const { answers = {}, signal, onProgress } = drop.options;
  result.looksWhite = await looksWhite(set.images, signal);
  const bytes = set.count * set.boxPixels ** 2 * 4;
  const scan = drop.options.scanPixels ?? (bytes <= SCAN_ALL_BELOW_BYTES ? 'all' : 'sample');
  if (scan === 'none') return;
  const bad =
    drop.options.badRows ??
    (await findBadPixels(set.images, {
      signal,
      sample: scan === 'sample' ? SCAN_SAMPLE : undefined,
      onProgress: (done, total) =>
        onProgress?.({
          fraction: done / total,
          message: `Checking pixels: ${inWords(done)} of ${inWords(total)} images`,
        }),
    }));
  result.badRows = bad;
  if (scan === 'sample' && set.count > SCAN_SAMPLE && isFileImageReader(set.images) && set.images.canHoldNonFinite)
    drop.warnings.push({
      code: 'pixels-sampled',
      message: `${inWords(SCAN_SAMPLE)} images were looked at for NaN and infinite pixels; the rest are checked when they are read.`,
    });
  if (bad.length === 0) return;
  if (answers.leaveOutBadRows === undefined)
    drop.questions.push({ kind: 'bad-pixels', rows: bad.slice(0, LISTED_ROWS), count: bad.length });
  else if (answers.leaveOutBadRows) {
    result.set = withoutRows(set, bad);
    const left = new Set(bad);
    result.columns = result.columns.map(({ name, values }) => ({
      name,
      values: values.filter((_, i) => !left.has(i)),
    }));
    drop.warnings.push({
      code: 'bad-pixels-left-out',
      message: `${inWords(bad.length)} images with NaN or infinite pixels are left out.`,
      found: `rows ${bad
        .slice(0, 20)
        .map((row) => row + 1)
        .join(', ')}`,
    });
  }
}
