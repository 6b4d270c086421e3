// From one file of particles to another: metadata tables to poses, CTF and back, stacks to a smaller box.
import { parseCs, type CsTable } from '../formats/cs/cs.ts';
import { csClasses, whichClass, type PoseClass } from '../formats/cs/cs-classes.ts';
import { csCtf } from '../formats/cs/cs-ctf.ts';
import { csOptics } from '../formats/cs/cs-optics.ts';
import { csImages, csPixelSize, joinPassthrough } from '../formats/cs/cs-particles.ts';
import { csPoses } from '../formats/cs/cs-poses.ts';
import { bytesOf } from '../formats/detect.ts';
import { VitrineError, type Notice } from '../base/errors.ts';
import type { CtfGivens, ImageScale } from '../formats/image-scale.ts';
import { MrcStackWriter } from '../formats/mrc-write.ts';
import type { NamedBlob, ParticleSet, Poses } from '../formats/particles.ts';
import { refusalOf } from '../formats/drop/refusal.ts';
import { parseStarParticles } from '../formats/star/star-particles.ts';
import { starCtf } from '../formats/star/star-ctf.ts';
import { starOptics } from '../formats/star/star-optics.ts';
import { starPoses } from '../formats/star/star-poses.ts';
import { downsampleImage } from '../imaging/crop.ts';
import type { Storage } from '../library/storage.ts';
import type { JobOptions } from './progress.ts';

/** What a table may lack, or leave open. */
export interface GivenScale extends CtfGivens {
  boxPixels?: number;
  pixelSizeAngstrom?: number;
  poseClass?: PoseClass;
  /** Tables that are joined to a .cs by uid. */
  passthrough?: NamedBlob[];
}

/** What a metadata table holds; poses, CTF and optics are read when they are asked for. */
export interface TableContent {
  particles: number;
  boxPixels: number | null;
  pixelSizeAngstrom: number | null;
  opticsGroups: number;
  /** Made when asked for. Errors: those of starPoses and csPoses, 'ambiguous' where the file holds a pose a class. */
  readonly poses: Poses | null;
  /** Made when asked for. Errors: those of starCtf and csCtf. */
  readonly ctf: Float32Array | null;
  /** N×10 as OPTICS_COLUMNS, made when asked for; null where every row is ordinary. Errors: those of starOptics and csOptics. */
  readonly optics: Float32Array | null;
  /** What is said of the CTF, once it was asked for. */
  readonly notices: Notice[];
}

/** Poses and CTF of a STAR or .cs file alone, without its stacks. Errors: those of parsing; 'value-out-of-range'. */
export async function readTable(file: NamedBlob, given: GivenScale = {}): Promise<TableContent> {
  const bytes = await bytesOf(file);
  if (/\.cs$/i.test(file.path)) {
    const joined: CsTable[] = [];
    for (const other of given.passthrough ?? []) joined.push(parseCs(await bytesOf(other), other.path));
    return readCs(file, parseCs(bytes, file.path), joined, given);
  }
  const table = parseStarParticles(bytes, file.path);
  const boxPixels = given.boxPixels ?? table.boxPixels;
  const scale = () => scaleOf(file, boxPixels, table.pixelSizeAngstrom, given);
  const notices: Notice[] = [...table.notices];
  return {
    particles: table.rows,
    boxPixels,
    pixelSizeAngstrom: given.pixelSizeAngstrom ?? table.pixelSizeAngstrom,
    opticsGroups: table.opticsGroups.length,
    get poses() {
      return starPoses(table, scale());
    },
    get ctf() {
      return said(starCtf(table, scale(), given), notices);
    },
    get optics() {
      return starOptics(table, scale()).optics;
    },
    notices,
  };
}

function readCs(file: NamedBlob, table: CsTable, joined: CsTable[], given: GivenScale): TableContent {
  const fields = joinPassthrough(table, joined);
  const boxPixels = given.boxPixels ?? fields.numbers('blob/shape')?.[0] ?? null;
  const own = csPixelSize(fields).angstrom;
  const scale = () => scaleOf(file, boxPixels, own, given);
  const notices: Notice[] = [];
  return {
    particles: table.rows,
    boxPixels,
    pixelSizeAngstrom: given.pixelSizeAngstrom ?? own,
    opticsGroups: csImages(fields) ? 1 : 0,
    get poses() {
      const classes = given.poseClass === undefined && !fields.has('alignments3D/pose') ? csClasses(fields) : null;
      const open = classes && refusalOf([whichClass(fields, classes)]);
      if (open) throw open;
      return csPoses(fields, scale(), given.poseClass);
    },
    get ctf() {
      return said(csCtf(fields, scale(), given), notices);
    },
    get optics() {
      return csOptics(fields, scale()).optics;
    },
    notices,
  };
}

function said(made: { ctf: Float32Array | null; notices: Notice[] }, notices: Notice[]): Float32Array | null {
  notices.push(...made.notices);
  return made.ctf;
}

function scaleOf(file: NamedBlob, boxPixels: number | null, own: number | null, given: GivenScale): ImageScale {
  return {
    boxPixels: boxPixels ?? requireBox(file),
    pixelSizeAngstrom: given.pixelSizeAngstrom ?? own,
    given: given.pixelSizeAngstrom !== undefined,
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
      const bad = images.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw new VitrineError('pixels-not-finite', 'An image has pixels that are not finite.', {
          file: set.name,
          row: first + Math.floor(bad / area) + 1,
          advice: 'Leave such images out with --leave-out-bad.',
        });
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
