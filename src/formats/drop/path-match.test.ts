import { describe, expect, it } from 'vitest';
import { matchByEnding, namesOtherJob, normalPath, type PathMatch } from './path-match.ts';

const found = (file: number): PathMatch => ({ kind: 'found', file });

describe('which file a path means', () => {
  it.each<[string, string[], string[], PathMatch[]]>([
    ['one file of the base name', ['Extract/job010/a.mrcs'], ['here/a.mrcs'], [found(0)]],
    ['the folder tells two apart', ['E/j1/a.mrcs', 'E/j2/a.mrcs'], ['j2/a.mrcs', 'j1/a.mrcs'], [found(1), found(0)]],
    ['nothing of the name', ['a.mrcs'], ['b.mrcs'], [{ kind: 'absent' }]],
    ['one path spelled twice', ['./E/a.mrcs', '/E/a.mrcs'], ['a.mrcs'], [found(0), found(0)]],
    [
      'one file for two paths',
      ['E/j1/a.mrcs', 'E/j2/a.mrcs'],
      ['a.mrcs'],
      Array(2).fill({ kind: 'several-paths', file: 0, paths: ['E/j1/a.mrcs', 'E/j2/a.mrcs'] }) as PathMatch[],
    ],
    ['two files for one path', ['E/j1/a.mrcs'], ['x/a.mrcs', 'y/a.mrcs'], [{ kind: 'several-files', files: [0, 1] }]],
    [
      'a file that is another path’s is not this one’s',
      ['j1/a.mrcs', 'j2/a.mrcs'],
      ['E/j1/a.mrcs'],
      [found(0), { kind: 'absent' }],
    ],
    [
      'a second file beside the table may be either’s',
      ['E/j1/a.mrcs', 'E/j2/a.mrcs'],
      ['E/j1/a.mrcs', 'a.mrcs'],
      [found(0), { kind: 'several-paths', file: 1, paths: ['E/j1/a.mrcs', 'E/j2/a.mrcs'] }],
    ],
  ])('%s', (_, written, files, expected) => {
    expect(matchByEnding(written, files)).toEqual(expected);
  });

  it('takes a table of many folders with one base name', () => {
    const paths = Array.from({ length: 2000 }, (_, i) => `J${i}/extract/particles.mrc`);
    expect(
      matchByEnding(
        paths,
        [...paths].reverse().map((path) => `drop/${path}`),
      ),
    ).toEqual(paths.map((_, i) => found(1999 - i)));
  });

  it('paths in one form', () => {
    expect(['./a//b.mrcs', 'a\\b.mrcs', 'x/../a/b.mrcs', '../a/b.mrcs'].map(normalPath)).toEqual(
      Array(4).fill('a/b.mrcs'),
    );
  });

  it('knows jobs', () => {
    expect(namesOtherJob('Extract/job010/a.mrcs', 'Extract/job020/a.mrcs')).toBe(true);
    expect(namesOtherJob('P3/J10/extract/a.mrc', 'J10/a.mrc')).toBe(false);
    expect(namesOtherJob('Extract/job010/a.mrcs', 'stacks/a.mrcs')).toBe(false);
  });
});
