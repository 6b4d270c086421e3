// Goes through a STAR file line by line and tells headings, labels, pairs and rows apart, by the grammar written in star.ts.
import { textOf } from '../ascii-numbers.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { StarBlock } from './star-file.ts';
import { countTokens, isBlank, nextToken, touchingComment, type Token } from './star-tokens.ts';

/** Beginnings of lines are looked at this far; labels and block names are shorter. */
const HEAD_BYTES = 200;

interface Line {
  at: number;
  /** Without the line break. */
  end: number;
  /** From 1. */
  number: number;
  first: Token;
  /** Text of the first value where it begins like a heading or a label, else empty. */
  head: string;
}

export class StarReader {
  readonly blocks: StarBlock[] = [];
  readonly notices: Notice[] = [];
  private spans: number[] = [];
  /** An empty line stands between the last row or label and here. */
  private gap = false;

  constructor(
    private readonly bytes: Uint8Array,
    private readonly path: string,
  ) {}

  readAll(): void {
    const { bytes } = this;
    let at = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
    for (let number = 1; at < bytes.length; number++) {
      const found = bytes.indexOf(10, at);
      const next = found < 0 ? bytes.length : found;
      const end = next > at && bytes[next - 1] === 13 ? next - 1 : next;
      const first = nextToken(bytes, at, end);
      if (first) this.line({ at, end, number, first, head: this.headOf(first) });
      else if (isBlank(bytes, at, end)) this.gap = true;
      else this.comment(at, end, number);
      at = next + 1;
    }
    this.finish();
  }

  private headOf({ start, end }: Token): string {
    const code = this.bytes[start];
    const quoted = start > 0 && (this.bytes[start - 1] === 34 || this.bytes[start - 1] === 39);
    // _, d, l: a label, data_ or loop_.
    if (quoted || (code !== 95 && code !== 100 && code !== 108)) return '';
    return textOf(this.bytes, start, Math.min(end, start + HEAD_BYTES));
  }

  private line(line: Line): void {
    const block = this.blocks.at(-1);
    const values = countTokens(this.bytes, line.at, line.end);
    // Where two values or more are due, or after an empty line, what stands alone is no row.
    const mayBeHeading = values === 1 && (!block?.isLoop || block.columns.length !== 1 || this.gap);
    if (line.head.startsWith('data_') && mayBeHeading) this.open(line.head.slice(5), false);
    else if (!block) this.refuse(line);
    else if (line.head === 'loop_' && mayBeHeading) this.loop(block);
    else if (!block.isLoop) this.pair(line, block, values);
    else if (this.spans.length === 0 && this.isLabel(line, block, values)) this.label(line, block);
    else this.row(line, block, values);
    this.gap = false;
  }

  /** A table; of a block that has pairs or another table already, a further one of its name. */
  private loop(block: StarBlock): void {
    if (block.columns.length > 0) this.open(block.name, true);
    else block.isLoop = true;
  }

  /** Labels stand alone or with a number; a row may begin with an underscore too. */
  private isLabel(line: Line, block: StarBlock, values: number): boolean {
    if (!line.head.startsWith('_')) return false;
    if (values === 1) return true;
    const second = nextToken(this.bytes, line.first.next, line.end);
    const number = second && textOf(this.bytes, second.start, second.end);
    return values === 2 && Number(number) === block.columns.length + 1;
  }

  private label(line: Line, block: StarBlock): void {
    const [name] = line.head.split('#');
    if (block.columns.includes(name))
      throw new VitrineError('star-syntax', `The label ${name} stands twice in data_${block.name}.`, {
        file: this.path,
        row: line.number,
        field: name,
        advice: 'Which of the two columns is right cannot be known; remove one of them.',
      });
    block.columns.push(name);
  }

  private pair(line: Line, block: StarBlock, values: number): void {
    if (!line.head.startsWith('_')) this.refuse(line);
    this.label(line, block);
    if (values > 2)
      throw new VitrineError('star-syntax', 'A label is given more than one value.', {
        file: this.path,
        row: line.number,
        field: line.head,
        expected: 'one value, in quotes where it holds blanks',
        found: textOf(this.bytes, line.first.next, line.end).trim(),
      });
    const value = nextToken(this.bytes, line.first.next, line.end);
    block.pairs.set(line.head, value ? textOf(this.bytes, value.start, value.end) : '');
    this.spans.push(line.at, line.end);
  }

  private row(line: Line, block: StarBlock, values: number): void {
    const due = block.columns.length;
    if (due === 0) this.refuse(line);
    if (values !== due)
      throw new VitrineError(
        'star-syntax',
        `Row ${this.spans.length / 2 + 1} of data_${block.name} does not fill its columns.`,
        {
          file: this.path,
          row: line.number,
          expected: `${due} values`,
          found: String(values),
          advice:
            'The file may be cut off or edited by hand; write it again. Values with blanks, or that begin with #, stand in quotes.',
        },
      );
    if (this.gap && this.spans.length > 0 && !this.notices.some(({ field }) => field === `data_${block.name}`))
      this.notices.push({
        code: 'star-empty-line',
        message: `An empty line stands between rows of data_${block.name}: RELION stops there, here the rows after it are read too.`,
        file: this.path,
        row: line.number,
        field: `data_${block.name}`,
        advice: 'Remove the empty line, or the rows after it.',
      });
    this.spans.push(line.at, line.end);
  }

  /** A line that is a comment, unless it would be a row but for its #. */
  private comment(at: number, end: number, number: number): void {
    const block = this.blocks.at(-1);
    if (!block?.isLoop || block.columns.length < 2) return;
    const hash = touchingComment(this.bytes, at, end);
    if (hash < 0 || countTokens(this.bytes, hash + 1, end) !== block.columns.length) return;
    throw new VitrineError('star-syntax', `A row of data_${block.name} begins with #: an image or a comment?`, {
      file: this.path,
      row: number,
      found: textOf(this.bytes, at, Math.min(end, at + 40)),
      advice: 'Put a space after the # to leave the row out, or the first value in quotes to keep it.',
    });
  }

  private open(name: string, isLoop: boolean): void {
    this.finish();
    this.blocks.push({ name, columns: [], rowSpans: new Float64Array(), rows: 0, isLoop, pairs: new Map() });
  }

  private finish(): void {
    const block = this.blocks.at(-1);
    if (block) {
      block.rowSpans = Float64Array.from(this.spans);
      block.rows = block.isLoop ? this.spans.length / 2 : block.columns.length > 0 ? 1 : 0;
    }
    this.spans = [];
  }

  private refuse(line: Line): never {
    throw new VitrineError('star-syntax', 'This is not a STAR file.', {
      file: this.path,
      row: line.number,
      expected: 'a line beginning with data_, loop_ or _rln…',
      found: textOf(this.bytes, line.first.start, Math.min(line.first.end, line.first.start + 40)),
      advice: 'Drop the particles .star file that RELION wrote.',
    });
  }
}
