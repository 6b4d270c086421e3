// A particle STAR file understood: RELION 3.0 (one table) and 3.1+ (optics and particles, either order). Its images stand in
// star-images.ts, sizes and groups in star-groups.ts, poses in star-poses.ts, the CTF in star-ctf.ts and what forms an image
// beyond it in star-optics.ts.
import { VitrineError } from '../../base/errors.ts';
import { pairsAsTable, parseStar, starNumbers, writeStarRows, type StarBlock, type StarFile } from './star.ts';
import { opticsTable, rowSizes, singleGroup, sizesDiffer } from './star-groups.ts';
import { starImages } from './star-images.ts';
import type { StarParticles } from './star-table.ts';
import { refuseTomography } from './star-tomography.ts';

/**
 * Parses and understands a particle STAR file. Errors: those of parseStar, 'star-syntax' (no rlnImageName, bad name, tables
 * that could each be meant, tables of tomography).
 */
export function parseStarParticles(bytes: Uint8Array, path: string): StarParticles {
  const read = parseStar(bytes, path);
  const found = particleBlock(read);
  if (!found.isLoop) return parseStarParticles(pairsAsTable(read, found), path);
  const [file, block] = [read, found];
  if (block.rows === 0)
    throw new VitrineError('file-empty', 'The STAR file holds no particles.', {
      file: path,
      field: `data_${block.name}`,
      advice: 'Take the file of a job that kept some.',
    });
  const optics = file.blocks.find((candidate) => candidate.name === 'optics') ?? null;
  refuseTomography(file, block, optics);
  const { opticsGroups: groups, opticsGroupOf } = optics
    ? opticsTable(file, optics, block)
    : { opticsGroups: null, opticsGroupOf: null };
  const sizes = rowSizes(file, block, groups, opticsGroupOf);
  const orNull = (value: number) => (Number.isNaN(value) ? null : value);
  return {
    kind: 'star',
    file,
    block,
    optics,
    fileName: path,
    version: optics ? '3.1' : '3.0',
    rows: block.rows,
    columnNames: block.columns,
    images: starImages(file, block),
    opticsGroups: groups ?? [singleGroup(file, block, sizes)],
    opticsGroupOf,
    sizes,
    pixelSizeAngstrom: orNull(sizes.pixelSizeAngstrom(0)),
    pixelSizesDiffer: sizesDiffer(sizes, block.rows),
    boxPixels: orNull(sizes.boxPixels(0)),
    notices: file.notices.filter(({ field }) => field === `data_${block.name}`),
    writeRows: (rows) => writeStarRows(file, block, rows),
    numericColumn(name) {
      const values = starNumbers(file, block, name.startsWith('_') ? name : `_${name}`);
      return values && values.some((value) => !Number.isNaN(value)) ? Float32Array.from(values) : null;
    },
  };
}

/** The table that names images: data_particles, or the only one. */
function particleBlock(file: StarFile): StarBlock {
  const candidates = file.blocks.filter((block) => block.columns.includes('_rlnImageName'));
  const named = candidates.filter((candidate) => candidate.name === 'particles');
  const meant = named.length > 0 ? named : candidates;
  if (meant.length === 1) return meant[0];
  throw new VitrineError(
    'star-syntax',
    meant.length === 0
      ? 'The STAR file names no particle images.'
      : 'Several tables of the STAR file name images, and each could be meant.',
    {
      file: file.path,
      field: '_rlnImageName',
      expected: 'one particles table with _rlnImageName',
      found: (meant.length === 0 ? file.blocks : meant).map((b) => `data_${b.name}`).join(', '),
      advice:
        meant.length === 0
          ? 'Drop the particles .star file of an extraction, a refinement or a selection, not a model, job or micrographs one.'
          : 'Join them into one table, or leave one.',
    },
  );
}
