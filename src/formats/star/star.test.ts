// The grammar at the head of star.ts, case by case: what a file of these lines holds, or what is said of it.
import { describe, expect, it } from 'vitest';
import { VitrineError } from '../../base/errors.ts';
import { pairsAsTable, parseStar, starNumbers, starTexts, writeStarRows } from './star.ts';
import { starCell } from './star-cell.ts';
import { writeStarColumns } from './star-columns.ts';

const utf8 = new TextEncoder();
const parse = (text: string | Uint8Array) => parseStar(typeof text === 'string' ? utf8.encode(text) : text, 'x.star');
const cells = (text: string | Uint8Array) =>
  parse(text).blocks.map((block) => [
    block.name,
    ...block.columns.map((label) => [label, ...(starTexts(parse(text), block, label) ?? [])]),
  ]);
const two = (...rows: string[]) => ['data_particles', '', 'loop_', '_a #1', '_b #2', ...rows, ''].join('\n');
const one = (...rows: string[]) => ['data_list', '', 'loop_', '_a', ...rows, ''].join('\n');
const ab = (a: string[], b: string[]) => [['particles', ['_a', ...a], ['_b', ...b]]];

const ACCEPTED: [what: string, text: string, blocks: unknown][] = [
  ['a table', two('1 2', '3 4'), ab(['1', '3'], ['2', '4'])],
  ['a name that is empty', 'data_\nloop_\n_a\n1\n', [['', ['_a', '1']]]],
  ['labels without numbers, and with tabs', 'data_p\nloop_ \n_a \n_b\t#2\n1\t2\n', [['p', ['_a', '1'], ['_b', '2']]]],
  ['CR+LF', two('1 2', '3 4').replaceAll('\n', '\r\n'), ab(['1', '3'], ['2', '4'])],
  ['a byte-order mark', `\ufeff${two('1 2')}`, ab(['1'], ['2'])],
  ['no last line break', two('1 2').trimEnd(), ab(['1'], ['2'])],
  ['comments between, behind and within', two('# x', '1 2 # y', '3#4 5'), ab(['1', '3#4'], ['2', '5'])],
  ['a row that was commented out', two('# 1 2', '## 1', '#12', '3 4'), ab(['3'], ['4'])],
  ['quotes, empty text, apostrophes', two(`"a b" ''`, `'it"s' o'neil`), ab(['a b', 'it"s'], ['', "o'neil"])],
  ['a quote within quotes', two(`'5" disk' 'a'b'`), ab(['5" disk'], ["a'b"])],
  ['letters beyond ASCII', two('Müller/é.mrc 蛋白'), ab(['Müller/é.mrc'], ['蛋白'])],
  ['a first row beginning with data_', two('data_1/a 2', '3 4'), ab(['data_1/a', '3'], ['2', '4'])],
  ['a later row beginning with data_', two('1 2', 'data_1/a 4'), ab(['1', 'data_1/a'], ['2', '4'])],
  ['a row beginning with data_particles', two('data_particles 2'), ab(['data_particles'], ['2'])],
  ['a first row beginning with _', two('_old/a.mrc x', '_b 4'), ab(['_old/a.mrc', '_b'], ['x', '4'])],
  ['a row beginning with loop_', two('loop_ 2', 'loop_1 3'), ab(['loop_', 'loop_1'], ['2', '3'])],
  ['keywords in quotes', two('"data_" "loop_"', '"#1" 2'), ab(['data_', '#1'], ['loop_', '2'])],
  ['keywords as rows of one label', one('data_1.mrc', 'loop_', '_x'), [['list', ['_a', 'data_1.mrc', 'loop_', '_x']]]],
  [
    'a heading right after a row',
    `${two('1 2')}data_next\nloop_\n_c\n5\n`,
    [...ab(['1'], ['2']), ['next', ['_c', '5']]],
  ],
  [
    'a heading after a table of one label',
    `${one('7')}\ndata_next # y\n_c 8\n`,
    [
      ['list', ['_a', '7']],
      ['next', ['_c', '8']],
    ],
  ],
  ['pairs', 'data_p\n\n_a  "x y" # z\n_b data_\n', [['p', ['_a', 'x y'], ['_b', 'data_']]]],
  [
    'pairs and a table in one block',
    'data_p\n_a 1\nloop_\n_b\n2\n3\n',
    [
      ['p', ['_a', '1']],
      ['p', ['_b', '2', '3']],
    ],
  ],
  ['an empty table', two(), ab([], [])],
];

const REFUSED: [what: string, text: string, line: number, words: string][] = [
  ['too few values', two('1 2', '3'), 7, 'does not fill'],
  ['too many values', two('1 2 3'), 6, 'does not fill'],
  ['blanks without quotes', two('1@my data/s 2'), 6, 'does not fill'],
  ['a value beginning with #', two('1 #2'), 6, 'does not fill'],
  ['a comment that may be a row', two('1 2', '#3 4'), 7, 'an image or a comment'],
  ['a label twice', 'data_p\nloop_\n_a #1\n_b #2\n_a #3\n1 2 3\n', 5, '_a stands twice'],
  ['a pair twice', 'data_p\n_a 1\n_a 2\n', 3, '_a stands twice'],
  ['a pair of two values', 'data_p\n_a my data\n', 2, 'more than one value'],
  ['text before a block', 'hello\ndata_p\n', 1, 'not a STAR file'],
  ['rows without labels', 'data_p\nloop_\n1 2\n', 3, 'not a STAR file'],
];

describe('the grammar of STAR files', () => {
  it.each(ACCEPTED)('%s', (_, text, blocks) => {
    expect(cells(text)).toEqual(blocks);
  });

  it.each(REFUSED)('refuses %s', (_, text, line, words) => {
    const read = () => parse(text);
    expect(read).toThrow(words);
    try {
      read();
    } catch (error) {
      expect((error as VitrineError).detail.row).toBe(line);
    }
  });

  it('says of UTF-16 what it is, and reads Latin-1 letter by letter', () => {
    expect(() => parse(Uint8Array.of(0xff, 0xfe, 100, 0))).toThrow('UTF-16');
    const latin = Uint8Array.from(two('M\u00fc 2'), (letter) => letter.charCodeAt(0));
    expect(cells(latin)).toEqual(ab(['Mü'], ['2']));
  });

  it('reads on after an empty line, and says so once', () => {
    const file = parse(two('1 2', '', '3 4', '', '5 6'));
    expect(file.blocks[0].rows).toBe(3);
    expect(file.notices.map(({ code, row }) => [code, row])).toEqual([['star-empty-line', 8]]);
    expect(parse(two('', '1 2', '# y', '3 4', '')).notices).toEqual([]);
  });

  it('numbers are NaN where a cell is none', () => {
    const file = parse(two('1e3 x', '-2.50 ""'));
    expect(starNumbers(file, file.blocks[0], '_a')).toEqual(Float64Array.of(1000, -2.5));
    expect(starNumbers(file, file.blocks[0], '_b')).toEqual(Float64Array.of(NaN, NaN));
    expect(starNumbers(file, file.blocks[0], '_c')).toBeNull();
  });

  it('pairs become a table of one row, all else as it was', () => {
    const file = parse('# x\r\ndata_p\r\n\r\n_a "x y"\r\n_b 2.50\r\n\r\ndata_q\r\n_c 1\r\n');
    const bytes = pairsAsTable(file, file.blocks[0]);
    expect(new TextDecoder().decode(bytes)).toBe(
      '# x\r\ndata_p\r\n\r\nloop_\r\n_a #1\r\n_b #2\r\n"x y" 2.50\r\n\r\ndata_q\r\n_c 1\r\n',
    );
    const table = parse(bytes);
    expect(new TextDecoder().decode(writeStarRows(table, table.blocks[0], [0, 0]))).toContain(
      '"x y" 2.50\r\n"x y" 2.50',
    );
  });
});

describe('writing values', () => {
  it.each(['a', 'a b', '', '#1', '_a', 'data_', 'loop_1', "o'neil's", `5" disk`, `'a' b`, '蛋 白', ';'])(
    'what is written as a cell is read again: %j',
    (text) => {
      const file = parse(two('1 2 # kept', '"old one" 4'));
      const written = writeStarColumns(file, file.blocks[0], [
        { label: '_a', cells: [text, text] },
        { label: '_c', cells: ['5', text] },
      ]);
      const again = parse(written);
      expect(starTexts(again, again.blocks[0], '_a')).toEqual([text, text]);
      expect(starTexts(again, again.blocks[0], '_b')).toEqual(['2', '4']);
      expect(starTexts(again, again.blocks[0], '_c')).toEqual(['5', text]);
      expect(new TextDecoder().decode(written)).toContain('# kept');
    },
  );

  it('text that no quotes can hold is refused', () => {
    expect(() => starCell(`'a' "b" c`)).toThrow(VitrineError);
    expect(() => starCell('a\nb')).toThrow(VitrineError);
  });
});
