// What each column of a table becomes: per row, or per optics group, or refused; never a silent stand-in.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writeIndexPickle } from '../cryodrgn-pickles.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { CTF_WIDTH, OPTICS_COLUMNS, OPTICS_WIDTH, type NamedBlob } from '../particles.ts';
import { refusalOf } from '../drop/refusal.ts';
import { starCtf } from './star-ctf.ts';
import { starOptics } from './star-optics.ts';
import { parseStarParticles } from './star-particles.ts';
import { starPoses } from './star-poses.ts';
import type { Answers } from '../drop/understanding.ts';
import { refusal } from '../../../testing/refusal.ts';

const BOX = 8;
const scale = { boxPixels: BOX, pixelSizeAngstrom: null };
type Cells = Record<string, (string | number)[]>;

const table = (name: string, cells: Cells) => {
  const columns = Object.entries(cells);
  const rows = columns[0][1].map((_, row) => columns.map(([, values]) => values[row]).join(' '));
  return ['', `data_${name}`, '', 'loop_', ...columns.map(([label]) => `_rln${label}`), ...rows, ''].join('\n');
};
const star = (particles: Cells, optics: Cells | null = null) =>
  (optics ? table('optics', optics) : '') + table('particles', particles);
const read = (text: string) => parseStarParticles(new TextEncoder().encode(text), 'x.star');

const images = { ImageName: ['1@s.mrcs', '2@s.mrcs'] };
const defocus = { DefocusU: [1e4, 2e4], DefocusV: [9e3, 19e3], DefocusAngle: [30, 40] };
const group = { OpticsGroup: [1], Voltage: [300], SphericalAberration: [2.7], AmplitudeContrast: [0.1] };
const whole = { ...group, ImagePixelSize: [2], ImageSize: [BOX] };
const stack = (pixelSizeAngstrom: number): NamedBlob => ({
  path: 's.mrcs',
  blob: new Blob([
    writeMrcStack(
      { count: 2, boxPixels: BOX, pixelSizeAngstrom },
      Float32Array.from({ length: 2 * BOX * BOX }, (_, i) => i % 7),
    ).slice(),
  ]),
});
const look = (text: string, answers: Answers = {}, headerSize = 1) =>
  understand([{ path: 'x.star', blob: new Blob([text]) }, stack(headerSize)], { answers });
const column = (ctf: Float32Array | null, at: number) => [0, 1].map((row) => ctf?.[row * CTF_WIDTH + at]);

describe('the CTF of a STAR file', () => {
  it('takes the row before the group, the group before nothing, each row for itself', () => {
    const both = star({ ...images, OpticsGroup: [1, 1], ...defocus, Voltage: [200, 300] }, whole);
    const { ctf, notices } = starCtf(read(both), scale);
    expect(column(ctf, 5)).toEqual([200, 300]);
    expect(notices.map(({ code, row, field }) => [code, row, field])).toEqual([['optics-disagree', 1, '_rlnVoltage']]);
    const { Voltage: _, ...without } = whole;
    const rows = starCtf(
      read(star({ ...images, OpticsGroup: [1, 1], ...defocus, Voltage: [200, 300] }, without)),
      scale,
    );
    expect([column(rows.ctf, 5), rows.notices]).toEqual([[200, 300], []]);
  });

  it('does not mind zeros of a group without particles', () => {
    const optics = {
      OpticsGroup: [1, 2],
      Voltage: [300, 0],
      SphericalAberration: [2.7, 0],
      AmplitudeContrast: [0.1, 0],
    };
    const sized = { ...optics, ImagePixelSize: [2, 0], ImageSize: [BOX, 0] };
    expect(column(starCtf(read(star({ ...images, OpticsGroup: [1, 1], ...defocus }, sized)), scale).ctf, 1)).toEqual([
      2, 2,
    ]);
    const used = refusal(() => starCtf(read(star({ ...images, OpticsGroup: [1, 2], ...defocus }, sized)), scale));
    expect([used.code, used.detail.field]).toEqual(['ctf-missing', '_rlnVoltage']);
  });

  it.each([
    ['DefocusV', '_rlnDefocusV'],
    ['DefocusAngle', '_rlnDefocusAngle'],
  ])('begun without %s is an error that names it', (missing, field) => {
    const begun = Object.fromEntries(Object.entries(defocus).filter(([label]) => label !== missing));
    const error = refusal(() => starCtf(read(star({ ...images, OpticsGroup: [1, 1], ...begun }, whole)), scale));
    expect([error.code, error.detail.field]).toEqual(['ctf-missing', field]);
  });

  it.each(['nan', 'inf', 'x', '""'])('a phase shift of %s is refused with row and column', (cell) => {
    const cells = { ...images, OpticsGroup: [1, 1], ...defocus, PhaseShift: [0, cell] };
    const error = refusal(() => starCtf(read(star(cells, whole)), scale));
    expect([error.code, error.detail.row, error.detail.field]).toEqual(['star-syntax', 2, '_rlnPhaseShift']);
    expect(error.detail.found).toBe(cell === '""' ? 'an empty cell' : cell);
  });

  it.each([
    ['a row, though its group has a number', { Voltage: [300, 'inf'] }, {}, ['star-syntax', 2, 'inf']],
    ['a group', {}, { Voltage: ['-inf'] }, ['ctf-missing', 1, '-inf']],
    ['an empty row without a group', { Voltage: [300, 'nan'] }, { Voltage: ['nan'] }, ['ctf-missing', 2, 'nan']],
  ] as [string, Cells, Cells, unknown[]][])(
    'a voltage that is no number is said as it stands in %s',
    (_, rows, groups, said) => {
      const text = star({ ...images, OpticsGroup: [1, 1], ...defocus, ...rows }, { ...whole, ...groups });
      const { code, detail } = refusal(() => starCtf(read(text), scale));
      expect([code, detail.row, detail.found]).toEqual(said);
    },
  );

  it('that lacks only the amplitude contrast is asked for, and refused with the option', async () => {
    const { AmplitudeContrast: _, ...lacking } = whole;
    const text = star({ ...images, OpticsGroup: [1, 1], ...defocus }, lacking);
    const open = await look(text);
    expect([open.set?.ctf, open.questions.map(({ kind }) => kind), open.missing.length]).toEqual([
      null,
      ['amplitude-contrast'],
      1,
    ]);
    expect(refusalOf(open.questions)?.detail.advice).toContain('--amp-contrast');
    const answered = await look(text, { amplitudeContrast: 0.07 });
    expect(column(answered.set?.ctf ?? null, 7)).toEqual([Math.fround(0.07), Math.fround(0.07)]);
    expect([answered.questions, answered.missing]).toEqual([[], []]);
  });

  it('that cannot be made keeps the set from being taken', async () => {
    const { SphericalAberration: _, ...lacking } = whole;
    const { files, missing } = await look(star({ ...images, OpticsGroup: [1, 1], ...defocus }, lacking));
    expect(files[0].error).toMatchObject({ code: 'ctf-missing', field: '_rlnSphericalAberration' });
    expect(missing.join()).toContain('CTF');
  });
});

describe('pixel sizes', () => {
  const magnified = {
    ...images,
    ...defocus,
    Voltage: [300, 300],
    SphericalAberration: [2.7, 2.7],
    AmplitudeContrast: [0.1, 0.1],
    Magnification: [25000, 40000],
    DetectorPixelSize: [5, 5],
  };

  it('of RELION 3.0 are each row’s', async () => {
    const { set, warnings } = await look(star(magnified));
    expect(set?.pixelSizeAngstrom).toBe(2);
    expect(column(set?.ctf ?? null, 1)).toEqual([2, 1.25]);
    expect(warnings.map(({ code }) => code)).toContain('pixel-sizes-differ');
    const ratio = OPTICS_COLUMNS.indexOf('pixelSizeRatio');
    expect([set?.optics?.[ratio], set?.optics?.[OPTICS_WIDTH + ratio]]).toEqual([1, Math.fround(2 / 1.25)]);
  });

  it('that are given keep the rows’ proportions', async () => {
    const { set } = await look(star(magnified), { pixelSizeAngstrom: 4 });
    expect(column(set?.ctf ?? null, 1)).toEqual([4, 2.5]);
  });

  const shifted = { ...images, OpticsGroup: [1, 1], AngleRot: [1, 2], AngleTilt: [3, 4], AnglePsi: [5, 6] };
  const origins = { OriginXAngst: [2, -4], OriginYAngst: [0, 1] };

  it('that nobody knows are asked for, never NaN', async () => {
    const text = star({ ...shifted, ...origins, ...defocus }, { ...group, ImageSize: [BOX] });
    expect(refusal(() => starPoses(read(text), scale)).code).toBe('pixel-size-unknown');
    expect(refusal(() => starCtf(read(text), scale)).code).toBe('pixel-size-unknown');
    const open = await look(text);
    expect(open.questions).toMatchObject([{ kind: 'pixel-size', found: 1, needed: { code: 'pixel-size-unknown' } }]);
    expect(open.missing).toEqual(['the pixel size']);
    expect(Array.from(open.set?.poses?.translations ?? [])).toEqual([0, 0, 0, 0]);
    expect(refusalOf(open.questions)?.describe()).toContain('--apix');
    const { set } = await look(text, { pixelSizeAngstrom: 2 });
    expect(Array.from(set?.poses?.translations ?? [])).toEqual([2, 0, -4, 1].map((shift) => shift / (2 * BOX)));
    expect(column(set?.ctf ?? null, 1)).toEqual([2, 2]);
  });

  it('of one group only is no pixel size for the other', () => {
    const optics = { OpticsGroup: [1, 2], ImagePixelSize: [2, 0], ImageSize: [BOX, BOX] };
    const text = star({ ...shifted, ...origins, OpticsGroup: [1, 2] }, optics);
    const error = refusal(() => starPoses(read(text), { ...scale, pixelSizeAngstrom: 2 }));
    expect([error.code, error.detail.row, error.detail.found]).toEqual([
      'pixel-size-unknown',
      2,
      'none in optics group 2',
    ]);
  });

  it('shifts in Å stay those of the table’s own scale when another is given', async () => {
    const text = star({ ...shifted, ...origins }, whole);
    const { set } = await look(text, { pixelSizeAngstrom: 2.1 });
    expect(set?.pixelSizeAngstrom).toBe(2.1);
    expect(Array.from(set?.poses?.translations ?? [])).toEqual([2, 0, -4, 1].map((shift) => shift / (2 * BOX)));
  });
});

describe('poses of a STAR file', () => {
  it('an origin of one axis is refused', () => {
    const cells = { ...images, AngleRot: [1, 2], AngleTilt: [3, 4], AnglePsi: [5, 6], OriginX: [1, 1] };
    expect(refusal(() => starPoses(read(star(cells)), scale)).detail.field).toBe('_rlnOriginX');
  });
});

describe('what forms an image beyond the CTF', () => {
  const row = (text: string, at: number, pixelSizeAngstrom: number | null = 2) => {
    const { optics } = starOptics(read(text), { boxPixels: BOX, pixelSizeAngstrom });
    return optics && Array.from(optics.subarray(at * OPTICS_WIDTH, (at + 1) * OPTICS_WIDTH));
  };
  const particles = { ...images, OpticsGroup: [1, 2] };
  const groups = { OpticsGroup: [1, 2], ImagePixelSize: [2, 2], ImageSize: [BOX, BOX] };

  it('is nothing where all is ordinary', () => {
    const ordinary = {
      ...groups,
      MagMat00: [1, 1],
      MagMat01: [0, 0],
      MagMat10: [0, 0],
      MagMat11: [1, 1],
      BeamTiltX: [0, 0],
      CtfDataAreCtfPremultiplied: [0, 0],
      OddZernike: ['[0,0,0e0]', '[]'],
    };
    const { optics, notices } = starOptics(read(star({ ...particles, CtfScalefactor: [1, 1] }, ordinary)), scale);
    expect([optics, notices]).toEqual([null, []]);
  });

  it('is each row’s and each group’s, and said', () => {
    const text = star(
      { ...particles, CtfScalefactor: [0.5, 1], CtfBfactor: [20, 30] },
      {
        ...groups,
        MagMat00: [1, 1.25],
        MagMat01: [0, 0.125],
        MagMat10: [0, -0.125],
        MagMat11: [1, 0.75],
        BeamTiltX: [0.5, 0],
        BeamTiltY: [0, -0.25],
        CtfDataArePhaseFlipped: [0, 1],
        EvenZernike: ['[0,0,3e-2]', '[0]'],
      },
    );
    expect(row(text, 0)).toEqual([0.5, 20, 0, 1, 0, 0, 1, 1, 0.5, 0]);
    expect(row(text, 1)).toEqual([1, 30, 1, 1.25, 0.125, -0.125, 0.75, 1, 0, -0.25]);
    const { notices } = starOptics(read(text), { boxPixels: BOX, pixelSizeAngstrom: 2 });
    expect(notices.map(({ code }) => code)).toEqual([
      'images-phase-flipped',
      'ctf-scale',
      'ctf-b-factor',
      'anisotropic-magnification',
      'beam-tilt',
      'aberrations-not-applied',
    ]);
  });

  it('a premultiplied image is so, flipped or not', () => {
    const flags = { ...groups, CtfDataAreCtfPremultiplied: [1, 0], CtfDataArePhaseFlipped: [1, 0] };
    expect([row(star(particles, flags), 0)?.[2], row(star(particles, flags), 1)?.[2]]).toEqual([2, 0]);
    const odd = (cell: string | number) => ({ ...groups, CtfDataAreCtfPremultiplied: [0, cell] });
    for (const cell of [2, 'yes'])
      expect(refusal(() => row(star(particles, odd(cell)), 0)).detail).toMatchObject({ row: 2, found: String(cell) });
    expect(row(star(particles, odd('""')), 0)).toBeNull();
  });

  it('a matrix that is none, and a part of one, are refused', () => {
    const [zero, part] = [
      { ...groups, MagMat00: [1, 0], MagMat01: [0, 0], MagMat10: [0, 0], MagMat11: [1, 0] },
      { ...groups, MagMat00: [1, 1] },
    ];
    expect(refusal(() => row(star(particles, zero), 0)).detail.row).toBe(2);
    expect(refusal(() => row(star(particles, part), 0)).detail.field).toContain('_rlnMagMat11');
  });
});

describe('tables of tomography', () => {
  const refused = (text: string) => refusal(() => read(text)).message;
  const warp = { ...images, CtfBfactor: [-4, -8], CtfScalefactor: [1, 0.9] };

  it.each([
    ['2-D stacks', `\ndata_general\n\n_rlnTomoSubTomosAre2DStacks 1\n${star(images)}`],
    ['frames that are visible', star({ ...images, TomoVisibleFrames: ['[1,1]', '[1,0]'] })],
    ['3-D boxes', star({ ...images, OpticsGroup: [1, 1] }, { OpticsGroup: [1], ImageDimensionality: [3] })],
    ['whole files as images', star({ ImageName: ['a.mrc', 'b.mrc'], TomoName: ['t', 't'] })],
    ['tilts of one particle', star({ ...images, TomoParticleName: ['t/1', 't/1'] })],
    ['tilts of Warp', star({ ...warp, GroupName: ['p1', 'p1'] })],
  ])('with %s are refused', (_, text) => {
    expect(refused(text)).toContain('tomography');
  });

  it('single images cut from tomograms, and single particles with B factors, are read', () => {
    expect(read(star({ ...images, TomoParticleName: ['t/1', 't/2'] })).rows).toBe(2);
    expect(read(star({ ...warp, GroupName: ['mic1', 'mic2'] })).rows).toBe(2);
    expect(read(star({ ...warp, CtfBfactor: [12, -8], GroupName: ['mic1', 'mic1'] })).rows).toBe(2);
  });
});

describe('which table of a STAR file', () => {
  it('pairs are a table of one particle', async () => {
    const text = 'data_particles\n\n_rlnImageName 2@s.mrcs\n_rlnAngleRot 10\n_rlnAngleTilt 20\n_rlnAnglePsi 30\n';
    const { set } = await look(text, {}, 2);
    expect([set?.count, set?.poses?.rotations.length]).toEqual([1, 9]);
    expect(new TextDecoder().decode(set?.table?.writeRows([0]))).toContain('2@s.mrcs 10 20 30');
  });

  it('two that could each be meant, none, and one without rows, are refused', () => {
    expect(refusal(() => read(star(images) + star(images))).message).toContain('Several tables');
    expect(refusal(() => read(table('a', images) + table('b', images))).message).toContain('Several tables');
    expect(refusal(() => read(table('a', { MicrographName: ['m'] }))).message).toContain('names no particle images');
    expect(refusal(() => read('data_particles\nloop_\n_rlnImageName\n')).code).toBe('file-empty');
  });

  it('a group twice in data_optics is refused', () => {
    const error = refusal(() => read(star({ ...images, OpticsGroup: [1, 1] }, { OpticsGroup: [1, 1] })));
    expect(error.message).toContain('twice');
  });
});

describe('rows that are left out', () => {
  const four = { ImageName: ['1@s.mrcs', '2@s.mrcs', '1@s.mrcs', '2@s.mrcs'], OpticsGroup: [1, 1, 1, 1] };
  const angles = { AngleRot: [1, 'x', 3, 4], AngleTilt: [0, 0, 0, 0], AnglePsi: [5, 6, 7, 8] };
  const bad = {
    DefocusU: [1e4, 1e4, 'inf', 1e4],
    DefocusV: [9e3, 9e3, 9e3, 9e3],
    DefocusAngle: [1, 2, 3, 4],
  };
  const understood = (list: number[]) =>
    understand([
      { path: 'x.star', blob: new Blob([star({ ...four, ...angles, ...bad }, whole)]) },
      stack(2),
      { path: 'ind.pkl', blob: new Blob([writeIndexPickle(Uint32Array.from(list)).slice()]) },
    ]);

  it('may hold anything, and are counted', async () => {
    const { set, files, warnings } = await understood([3, 0]);
    expect(files.filter(({ error }) => error)).toEqual([]);
    expect(column(set?.ctf ?? null, 4)).toEqual([4, 1]);
    expect(set?.poses?.rotations.length).toBe(18);
    expect(warnings.find(({ code }) => code === 'bad-rows-left-out')?.message).toContain('2 of the 2 rows');
  });

  it('rows that are kept are refused by their place in the table', async () => {
    const { files } = await understood([3, 2]);
    expect(files[0].error).toMatchObject({ row: 3, field: '_rlnDefocusU', found: 'inf' });
  });

  it('do not say the pixel size of the rest', async () => {
    const optics = { ...whole, OpticsGroup: [1, 2], ImagePixelSize: [4, 2], ImageSize: [BOX, BOX] };
    const groups = { Voltage: [300, 300], SphericalAberration: [2.7, 2.7], AmplitudeContrast: [0.1, 0.1] };
    const { set, warnings } = await understand([
      {
        path: 'x.star',
        blob: new Blob([star({ ...images, OpticsGroup: [1, 2], ...defocus }, { ...optics, ...groups })]),
      },
      stack(2),
      { path: 'ind.pkl', blob: new Blob([writeIndexPickle(Uint32Array.of(1)).slice()]) },
    ]);
    expect([set?.pixelSizeAngstrom, set?.optics]).toEqual([2, null]);
    expect(warnings.map(({ code }) => code)).not.toContain('pixel-sizes-differ');
  });
});
