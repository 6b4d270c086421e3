// rlnImageName: index@stack with the index from 1.
import { textOf } from '../ascii-numbers.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ImageNames } from '../image-scale.ts';
import { forEachCell, type StarBlock, type StarFile } from './star.ts';

/** Error 'star-syntax' naming the row of an index that is none. */
export function starImages(file: StarFile, block: StarBlock): ImageNames {
  const ids = new Map<string, number>();
  const pathOf = new Int32Array(block.rows);
  const indexIn = new Uint32Array(block.rows);
  let firstWithoutNumber: number | undefined;
  forEachCell(file, block, block.columns.indexOf('_rlnImageName'), (row, start, end) => {
    const name = textOf(file.bytes, start, end);
    const [, before, path] = /^(\d*)@(.*)$/.exec(name) ?? [null, '1', name];
    const index = Number(before);
    if (!(index >= 1 && index <= 0x7fffffff) || path === '')
      throw new VitrineError('star-syntax', 'An image name has no valid index.', {
        file: file.path,
        row: row + 1,
        field: '_rlnImageName',
        expected: 'index@stack with the index from 1',
        found: name,
      });
    if (before === '1' && path === name) firstWithoutNumber ??= row;
    let id = ids.get(path);
    if (id === undefined) ids.set(path, (id = ids.size));
    pathOf[row] = id;
    indexIn[row] = index - 1;
  });
  return { paths: [...ids.keys()], pathOf, indexIn, ...(firstWithoutNumber !== undefined && { firstWithoutNumber }) };
}
