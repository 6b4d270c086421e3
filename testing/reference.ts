// Where the larger reference data lie, files that other programs made, for tests that compare against them: ../shared/reference
// beside the checkout, or VITRINE_REFERENCE. Tests that need it use `describeWithReference`, which skips loudly where it is
// absent. What the set in reference-set/ can prove is proved with that, in every clone.
import { existsSync, readFileSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { describe, it } from 'vitest';
import { openFileBlob } from '../src/formats/node/file-blob.ts';

const root = process.env['VITRINE_REFERENCE'] ?? resolve(import.meta.dirname, '../../shared/reference');
const hasReference = existsSync(root);

export function referencePath(path: string): string {
  return resolve(root, path);
}
export function referenceBytes(path: string): Uint8Array {
  return new Uint8Array(readFileSync(referencePath(path)));
}
export function referenceBlob(path: string): { path: string; blob: Blob } {
  return { path: basename(path), blob: openFileBlob(referencePath(path)) };
}

/** Where the data are absent the body is not even collected, since it may read them; one skipped test stands for it. */
export function describeWithReference(name: string, body: () => void): void {
  if (hasReference) {
    describe(name, body);
    return;
  }
  console.warn(
    `SKIPPED "${name}": no reference data at ${root} (or where VITRINE_REFERENCE says). ` +
      'testing/reference-set/README.md says what they are and where to get them.',
  );
  describe.skip(name, () => it('needs the reference data', () => undefined));
}
