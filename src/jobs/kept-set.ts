// A kept dataset as a ParticleSet again, for lists to be written and compared: without its images, which may be gone.
import { parseCs, type CsTable } from '../formats/cs/cs.ts';
import { VitrineError } from '../base/errors.ts';
import type { FileImageReader } from '../formats/mrc.ts';
import type { ImageReader, ParticleSet, ParticleTable } from '../formats/particles.ts';
import { parseStarParticles } from '../formats/star/star-particles.ts';
import type { DatasetLibrary, KeptDataset } from '../library/datasets.ts';

export interface KeptSet {
  /** Rows counted in the original stack: for ind.pkl and CSV. */
  byOriginal: ParticleSet;
  /** Rows counted in the kept table: for STAR and .cs. Null where the set came without one. */
  byTable: ParticleSet | null;
}

export async function openKeptSet(library: DatasetLibrary, dataset: KeptDataset): Promise<KeptSet> {
  const { record, poses, ctf, optics, originalIndex, opticsGroupOf } = dataset;
  const sourceOf = await library.imageNames(record.id);
  const byOriginal: ParticleSet = {
    name: record.name,
    count: record.particles,
    boxPixels: record.boxPixels,
    pixelSizeAngstrom: record.pixelSizeAngstrom,
    images: absentImages(dataset, sourceOf),
    poses,
    ctf,
    optics,
    originalIndex,
    originalCount: record.originalCount ?? null,
    opticsGroups: record.opticsGroups,
    opticsGroupOf,
    table: null,
    warnings: record.warnings,
  };
  const table = await openTable(library, dataset);
  const ownRows = Uint32Array.from({ length: record.particles }, (_, row) => row);
  return { byOriginal, byTable: table && { ...byOriginal, table, originalIndex: ownRows } };
}

async function openTable(library: DatasetLibrary, { record }: KeptDataset): Promise<ParticleTable | null> {
  const blob = await library.table(record.id);
  if (!blob || !record.tableFileName) return null;
  const { tableFileName } = record;
  if (record.tableKind === 'star') return parseStarParticles(await bytesOfBlob(blob), tableFileName);
  const passthrough: CsTable[] = [];
  for (const other of await library.passthrough(record.id))
    passthrough.push(parseCs(await bytesOfBlob(other), `passthrough of ${tableFileName}`));
  const table: CsTable = { ...parseCs(await bytesOfBlob(blob), tableFileName), passthrough };
  return table;
}

const bytesOfBlob = async (blob: Blob) => new Uint8Array(await blob.arrayBuffer());

function absentImages(
  { record }: KeptDataset,
  sourceOf: FileImageReader['sourceOf'] | null,
): ImageReader | FileImageReader {
  const reader: ImageReader = {
    count: record.particles,
    boxPixels: record.boxPixels,
    pixelSizeAngstrom: record.pixelSizeAngstrom,
    read: () =>
      Promise.reject(
        new VitrineError('file-missing', 'The original image files are not open.', {
          file: record.name,
          advice: 'Open the original files again.',
        }),
      ),
  };
  return sourceOf ? { ...reader, canHoldNonFinite: false, sourceOf } : reader;
}
