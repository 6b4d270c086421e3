import { expect, it } from 'vitest';
import { plainStackPath } from './stack-paths.ts';

it.each([
  ['Extract/job007/a.mrcs', 'Extract/job007/a.mrcs'],
  ['particles.mrc:mrcs', 'particles.mrc'],
  ['Runs/000123_Prot/stack.stk:spi', 'Runs/000123_Prot/stack.stk'],
  ['Extract/a.mrcs.bz2', 'Extract/a.mrcs'],
  ['C:\\data\\a.mrcs', 'C:/data/a.mrcs'],
  ['D:\\2024.05\\a.mrc:mrcs', 'D:/2024.05/a.mrc'],
  ['2024-05-01_12:30/a.mrcs', '2024-05-01_12:30/a.mrcs'],
  ['grid_12.5:30/a', 'grid_12.5:30/a'],
])('%s is the file %s', (written, plain) => {
  expect(plainStackPath(written)).toBe(plain);
});
