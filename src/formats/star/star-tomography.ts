// Tables of subtomogram averaging look like those of single particles. One row of them is many tilt images, or a small map:
// taken as single particles they would give wrong images, so they are refused unless every row is an image of its own.
import { VitrineError } from '../../base/errors.ts';
import { starNumbers, starTexts, type StarBlock, type StarFile } from './star.ts';

/** Columns that name the particle of which a row is one tilt: RELION 5, and Warp and M. */
const PARTICLE_NAMES = ['_rlnTomoParticleName', '_rlnTomoParticleId'];

/** Error 'star-syntax' saying what kind of table of tomography it is. */
export function refuseTomography(file: StarFile, block: StarBlock, optics: StarBlock | null): void {
  const refuse = (message: string, field: string, found?: string): never => {
    throw new VitrineError('star-syntax', message, {
      file: file.path,
      field,
      expected: 'single particles, one two-dimensional image per row',
      ...(found !== undefined && { found }),
      advice: 'Tilt series and subtomograms are not read here.',
    });
  };
  const general = file.blocks.find(({ name }) => name === 'general');
  const stacks2d = '_rlnTomoSubTomosAre2DStacks';
  if (general && starNumbers(file, general, stacks2d)?.some((value) => value !== 0))
    refuse('This is a tomography table: each row is a tilt series, a stack of 2-D images.', stacks2d);
  if (block.columns.includes('_rlnTomoVisibleFrames'))
    refuse('This is a tomography table: each row is a tilt series of RELION 5.', '_rlnTomoVisibleFrames');
  const dimensions = optics && starNumbers(file, optics, '_rlnImageDimensionality');
  if (dimensions && dimensions.length > 0 && dimensions.every((value) => value === 3))
    refuse('This is a tomography table: its particles are 3-D subtomograms.', '_rlnImageDimensionality', '3');
  const tomographic = block.columns.filter((label) => label.startsWith('_rlnTomo'));
  const names = starTexts(file, block, '_rlnImageName') ?? [];
  if (tomographic.length > 0 && names.some((name) => !name.includes('@')))
    refuse('This is a tomography table: its images are whole files, subtomograms or tilt series.', tomographic[0]);
  for (const label of PARTICLE_NAMES) {
    const particles = starTexts(file, block, label);
    if (particles && new Set(particles).size < particles.length)
      refuse('This is a tomography table: several rows are tilts of one particle.', label);
  }
  if (isWarpTilts(file, block))
    refuse('This is a tomography table of Warp or M: several rows are tilts of one particle.', '_rlnGroupName');
}

/**
 * Warp writes the dose of a tilt as a negative B factor and its angle as a scale, and the particle as rlnGroupName. Groups of
 * single particles are micrographs: their particles share what they have of a B factor, or it is not negative.
 */
function isWarpTilts(file: StarFile, block: StarBlock): boolean {
  const decay = starNumbers(file, block, '_rlnCtfBfactor');
  const groups = starTexts(file, block, '_rlnGroupName');
  if (!decay || !groups || !block.columns.includes('_rlnCtfScalefactor')) return false;
  if (decay.some((value) => value > 0)) return false;
  const first = new Map<string, number>();
  return groups.some((group, row) => {
    const known = first.get(group);
    if (known === undefined) first.set(group, decay[row]);
    return known !== undefined && known !== decay[row];
  });
}
