// Sets whose poses are to be found from the images: taken without poses, with CTF or without.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writeCtfPickle } from '../cryodrgn-pickles.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { CTF_WIDTH, type NamedBlob } from '../particles.ts';

const named = (path: string, bytes: Uint8Array | string): NamedBlob => ({
  path,
  blob: new Blob([typeof bytes === 'string' ? bytes : bytes.slice()]),
});
const COUNT = 3;
const pixels = Float32Array.from({ length: COUNT * 64 }, (_, i) => i % 7);
const stack = named('p.mrcs', writeMrcStack({ count: COUNT, boxPixels: 8, pixelSizeAngstrom: 2.5 }, pixels));
const ctf = Float32Array.from({ length: CTF_WIDTH * COUNT }, (_, i) => [8, 2.5, 1e4, 9e3, 30, 300, 2.7, 0.1, 0][i % 9]);
const star = (columns: string[], rest: string) =>
  ['data_', '', 'loop_', ...['ImageName', ...columns].map((name) => `_rln${name}`)]
    .concat([3, 1, 2].map((index) => `${index}@p.mrcs ${rest}`))
    .join('\n');
const CTF_COLUMNS = ['DefocusU', 'DefocusV', 'DefocusAngle', 'Voltage', 'SphericalAberration', 'AmplitudeContrast'];

describe('particles without poses', () => {
  it.each([
    { what: 'a stack alone', files: [stack], hasCtf: false },
    { what: 'a stack and a CTF', files: [stack, named('ctf.pkl', writeCtfPickle(ctf))], hasCtf: true },
    { what: 'a STAR file of image names', files: [stack, named('x.star', star([], ''))], hasCtf: false },
    {
      what: 'a STAR file with CTF and no angles',
      files: [stack, named('x.star', star(CTF_COLUMNS, '1e4 9e3 30 300 2.7 0.1'))],
      hasCtf: true,
    },
    {
      what: 'a STAR file of a 2-D alignment',
      files: [stack, named('x.star', star(['AnglePsi', 'OriginX', 'OriginY'], '30 1 2'))],
      hasCtf: false,
    },
  ])('$what: nothing is missing', async ({ files, hasCtf }) => {
    const { set, missing, files: said } = await understand(files);
    expect([set?.count, set?.poses, missing]).toEqual([COUNT, null, []]);
    expect(set?.ctf === null).toBe(!hasCtf);
    expect(said.filter(({ error }) => error)).toEqual([]);
  });

  it('a file that may hold the poses and cannot be read keeps the set from being taken', async () => {
    const broken = named('run_data.star', 'data_particles\n\nloop_\n_rlnImageName\n_rlnAngleRot\n1@p.mrcs\n');
    const { set, missing } = await understand([stack, broken]);
    expect([set?.count, missing.length]).toEqual([COUNT, 1]);
    expect(missing[0]).toContain('poses');
  });

  it('other STAR files of a job do not', async () => {
    const job = named('job.star', 'data_job\n\n_rlnJobTypeLabel  relion.extract\n');
    const { missing } = await understand([stack, named('particles.star', star([], '')), job]);
    expect(missing).toEqual([]);
  });
});
