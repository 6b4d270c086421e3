// Peak resident memory and speed of one import: npx tsx bench/import-memory.ts [images] [box]
// A stack of 200,000 images of 128² (13 GB, written sparsely: every 100th image is noise, the rest are holes) goes from
// disk through opening, preprocessing and the particle cache.
import { mkdtempSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openFileBlob } from '../src/formats/node/file-blob.ts';
import { openMrcStack } from '../src/formats/mrc.ts';
import { mrcStackHeader } from '../src/formats/mrc-write.ts';
import { Random } from '../src/geometry/random.ts';
import { fingerprintImages } from '../src/library/particle-cache.ts';
import { DiskStorage } from '../src/library/node/disk.ts';
import { prepareParticles } from '../src/jobs/prepare.ts';

const count = Number(process.argv[2] ?? 200_000);
const boxPixels = Number(process.argv[3] ?? 128);
const EVERY = 100;
const megabytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MB`;

const folder = mkdtempSync(join(tmpdir(), 'vitrine-import-'));
try {
  const path = join(folder, 'particles.mrcs');
  const file = await open(path, 'w');
  await file.write(mrcStackHeader({ count, boxPixels, pixelSizeAngstrom: 1.5 }), 0, 1024, 0);
  const image = new Random(0).fillNormal(new Float32Array(boxPixels * boxPixels));
  for (let i = 0; i < count; i += EVERY)
    await file.write(new Uint8Array(image.buffer), 0, image.byteLength, 1024 + i * image.byteLength);
  await file.truncate(1024 + count * image.byteLength);
  await file.close();

  const started = performance.now();
  const { reader } = await openMrcStack({ path: 'particles.mrcs', blob: openFileBlob(path) });
  const storage = new DiskStorage(join(folder, 'library'));
  let said = 0;
  await prepareParticles(
    storage,
    reader,
    await fingerprintImages(reader),
    { boxPixels, invert: true, window: true, windowRadius: 0.85 },
    {
      onProgress: ({ fraction, message }) => {
        if ((fraction ?? 0) < said) return;
        said += 0.1;
        console.log(`${message}, resident ${megabytes(process.memoryUsage().rss)}`);
      },
    },
  );
  const seconds = (performance.now() - started) / 1000;
  console.log(`${count} images of ${boxPixels}²: ${seconds.toFixed(0)} s, ${(count / seconds).toFixed(0)} images/s`);
  console.log(`peak resident memory: ${megabytes(process.resourceUsage().maxRSS * 1024)}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
