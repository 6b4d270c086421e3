// The byte reader under `pickleparser`'s machine: bytes as views, Python 2's 8-bit strings as latin-1, protocol 0's
// escaped text, and the position, so that several pickles one after the other can be read from one file.
import { VitrineError } from '../base/errors.ts';

const latin1 = (bytes: Uint8Array) => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192) text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};
const STRING = 0x53;
const UNICODE = 0x56;

export class PickleBytes {
  position = 0;
  private readonly view: DataView;
  private lastByte = 0;

  constructor(
    private readonly buffer: Uint8Array,
    private readonly file: string,
  ) {
    this.view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
  }

  hasNext(): boolean {
    return this.position < this.buffer.length;
  }

  byte(): number {
    this.lastByte = this.buffer[this.take(1)];
    return this.lastByte;
  }
  bytes(length: number): Uint8Array {
    const at = this.take(length);
    return this.buffer.subarray(at, at + length);
  }
  uint16(): number {
    return this.view.getUint16(this.take(2), true);
  }
  int32(): number {
    return this.view.getInt32(this.take(4), true);
  }
  uint32(): number {
    return this.view.getUint32(this.take(4), true);
  }
  uint64(): number {
    return Number(this.view.getBigUint64(this.take(8), true));
  }
  float64(): number {
    return this.view.getFloat64(this.take(8), false);
  }
  skip(offset: number): void {
    this.take(offset);
  }
  string(size: number, encoding: 'ascii' | 'utf-8'): string {
    const bytes = this.bytes(size);
    return encoding === 'utf-8' ? new TextDecoder('utf-8').decode(bytes) : latin1(bytes);
  }

  /** Text to the end of the line. The opcode just read says how it is escaped. */
  line(): string {
    const opcode = this.lastByte;
    const end = this.buffer.indexOf(0x0a, this.position);
    if (end < 0) throw this.cutOff(1);
    const text = latin1(this.buffer.subarray(this.position, end));
    this.position = end + 1;
    if (opcode === UNICODE)
      return text.replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, short?: string, long?: string) =>
        String.fromCodePoint(parseInt(short ?? long ?? '0', 16)),
      );
    return opcode === STRING ? unescapeRepr(text) : text;
  }

  private take(length: number): number {
    const at = this.position;
    if (!(length >= 0) || at + length > this.buffer.length) throw this.cutOff(length);
    this.position = at + length;
    return at;
  }

  private cutOff(length: number): VitrineError {
    return new VitrineError('file-truncated', 'The pickle is cut off.', {
      file: this.file,
      expected: `${length} more bytes at byte ${this.position}`,
      found: `${this.buffer.length - this.position}`,
      advice: 'Copy the file again.',
    });
  }
}

const ESCAPES: Record<string, string> = { n: '\n', r: '\r', t: '\t', '\\': '\\', "'": "'", '"': '"' };
function unescapeRepr(text: string): string {
  return text.replace(/\\(?:x([0-9a-fA-F]{2})|(.))/g, (whole, hex?: string, char?: string) =>
    hex !== undefined ? String.fromCharCode(parseInt(hex, 16)) : (ESCAPES[char ?? ''] ?? whole),
  );
}
