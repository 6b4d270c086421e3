// Files packed with gzip, unpacked whole: images are read by range, which a packed file does not allow.
import { VitrineError } from '../base/errors.ts';
import type { NamedBlob } from './particles.ts';

/** What is held in memory at most. */
const LARGEST_UNPACKED_BYTES = 2 * 2 ** 30;

/** The file itself, or what a gzip file holds, under its name without .gz. Errors: 'file-truncated', 'out-of-memory'. */
export async function unpacked(file: NamedBlob, largestBytes = LARGEST_UNPACKED_BYTES): Promise<NamedBlob> {
  const start = new Uint8Array(await file.blob.slice(0, 3).arrayBuffer());
  if (start[0] !== 0x1f || start[1] !== 0x8b || start[2] !== 8) return file;
  const tooLarge = new VitrineError('out-of-memory', 'The packed file is too large to be unpacked here.', {
    file: file.path,
    expected: `at most ${largestBytes / 2 ** 30} GB unpacked`,
    advice: 'Unpack it first (gunzip).',
  });
  if (file.blob.size > largestBytes) throw tooLarge;
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  const reader = file.blob.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  for (;;) {
    const { done, value } = await reader.read().catch((error: unknown) => {
      throw new VitrineError('file-truncated', 'The packed file cannot be unpacked to its end.', {
        file: file.path,
        found: error instanceof Error ? error.message : String(error),
        advice: 'Copy it again.',
      });
    });
    if (done) break;
    chunks.push(value);
    bytes += value.length;
    if (bytes <= largestBytes) continue;
    await reader.cancel().catch(() => undefined);
    throw tooLarge;
  }
  return { path: file.path.replace(/\.gz$/i, ''), blob: new Blob(chunks) };
}
