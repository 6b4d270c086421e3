// From one file of particles to another: metadata tables to poses, CTF and back, stacks to a smaller box.
import { parseCs } from '../formats/cs.ts';
import { csCtf, csImages, csPixelSize, csPoses, joinPassthrough } from '../formats/cs-particles.ts';
import { VitrineError, type Notice } from '../formats/errors.ts';
import { MrcStackWriter } from '../formats/mrc-write.ts';
import type { NamedBlob, ParticleSet, Poses } from '../formats/particles.ts';
import { parseStarParticles, starCtf, starPoses } from '../formats/star-particles.ts';
import { downsampleImage } from '../imaging/crop.ts';
import type { Storage } from '../library/storage.ts';
import type { JobOptions } from './progress.ts';

/** Box and pixel size that a table may lack. */
export interface GivenScale {
  boxPixels?: number;
  pixelSizeAngstrom?: number;
}

export interface TableContent {
  particles: number;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  opticsGroups: number;
  poses: Poses | null;
  ctf: Float32Array | null;
  notices: Notice[];
}

/** Poses and CTF of a STAR or .cs file alone, without its stacks. Errors: those of parsing; 'value-out-of-range'. */
export async function readTable(file: NamedBlob, given: GivenScale = {}): Promise<TableContent> {
  const bytes = new Uint8Array(await file.blob.arrayBuffer());
  if (/\.cs$/i.test(file.path)) {
    const table = parseCs(bytes, file.path);
    const fields = joinPassthrough(table, []);
    const shape = fields.numbers('blob/shape');
    const boxPixels = given.boxPixels ?? (shape ? shape[0] : null);
    const pixelSizeAngstrom = given.pixelSizeAngstrom ?? csPixelSize(fields).angstrom;
    const scale = { boxPixels: boxPixels ?? requireBox(file), pixelSizeAngstrom };
    const images = csImages(fields);
    const { ctf, notices } = csCtf(fields, scale);
    return {
      particles: table.rows,
      boxPixels,
      pixelSizeAngstrom,
      opticsGroups: images ? 1 : 0,
      poses: csPoses(fields, scale),
      ctf,
      notices,
    };
  }
  const table = parseStarParticles(bytes, file.path);
  const boxPixels = given.boxPixels ?? table.opticsGroups[0]?.boxPixels ?? null;
  const pixelSizeAngstrom = given.pixelSizeAngstrom ?? table.pixelSizeAngstrom;
  const scale = { boxPixels: boxPixels ?? requireBox(file), pixelSizeAngstrom };
  const { ctf, notices } = starCtf(table, scale);
  return {
    particles: table.rows,
    boxPixels,
    pixelSizeAngstrom,
    opticsGroups: table.opticsGroups.length,
    poses: starPoses(table, scale),
    ctf,
    notices,
  };
}

function requireBox(file: NamedBlob): never {
  throw new VitrineError('value-out-of-range', 'The table does not say the box, which shifts and CTF need.', {
    file: file.path,
    field: '-D',
    expected: 'the side of the images in pixels',
    advice: 'Give -D and, where the table has none, --apix.',
  });
}

/** The set's images as one float32 stack, Fourier-cropped to `boxPixels` where given. */
export async function convertStack(
  set: ParticleSet,
  storage: Storage,
  path: string,
  options: JobOptions & { boxPixels?: number } = {},
): Promise<void> {
  const from = set.boxPixels;
  const boxPixels = options.boxPixels ?? from;
  // 0 in a header: never set.
  const source = set.pixelSizeAngstrom ?? 0;
  const file = await storage.createWriter(path);
  try {
    const stack = new MrcStackWriter(
      { count: set.count, boxPixels, pixelSizeAngstrom: (source * from) / boxPixels },
      (bytes) => file.write(bytes),
    );
    const atOnce = Math.max(1, Math.floor(2 ** 22 / (from * from)));
    for (let first = 0; first < set.count; first += atOnce) {
      const size = Math.min(atOnce, set.count - first);
      const rows = Array.from({ length: size }, (_, i) => first + i);
      const images = await set.images.read(rows, options.signal);
      const area = from * from;
      if (boxPixels === from) await stack.add(images);
      else
        for (let i = 0; i < size; i++)
          await stack.add(downsampleImage(images.subarray(i * area, (i + 1) * area), from, boxPixels));
      options.onProgress?.({
        fraction: (first + size) / set.count,
        message: `Writing images: ${(first + size).toLocaleString('en')} of ${set.count.toLocaleString('en')}`,
      });
    }
    await stack.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
  await file.close();
}
