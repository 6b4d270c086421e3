// What kind of file this is, from its first bytes and its name. Bytes decide where they can; the name only tells apart
// what looks alike. Nothing is parsed here.
import { VitrineError } from '../base/errors.ts';
import { isNpy } from './npy.ts';
import { MRC_HEADER_BYTES, parseMrcHeader } from './mrc-header.ts';
import type { NamedBlob } from './particles.ts';

export type FileKind =
  'mrc' | 'star' | 'cs' | 'npy' | 'pickle' | 'checkpoint' | 'stack-list' | 'csv' | 'yaml' | 'pdb' | 'mmcif' | 'json';

/** Beginnings of files that people drop by mistake, and what to do instead. */
const STRANGERS: [name: string, beginning: number[], advice: string][] = [
  ['a PNG picture', [0x89, 0x50, 0x4e, 0x47], 'Drop the particle stack itself (.mrcs), not a picture of it.'],
  ['a JPEG picture', [0xff, 0xd8, 0xff], 'Drop the particle stack itself (.mrcs), not a picture of it.'],
  ['a PDF', [0x25, 0x50, 0x44, 0x46], 'Drop the particle stack and its metadata.'],
  ['a bzip2 file', [0x42, 0x5a, 0x68], 'Unpack it first (bunzip2) and drop what is inside.'],
  ['an HDF5 file', [0x89, 0x48, 0x44, 0x46], 'Convert the stack to MRC, for example with e2proc2d.py.'],
  ['a TIFF picture', [0x49, 0x49, 0x2a, 0x00], 'Drop the extracted particles (.mrcs), not movies or micrographs.'],
  ['a TIFF picture', [0x4d, 0x4d, 0x00, 0x2a], 'Drop the extracted particles (.mrcs), not movies or micrographs.'],
];

const extensionOf = (path: string) => /\.([^./]+)$/.exec(path)?.[1].toLowerCase() ?? '';

/** Errors: 'file-empty', 'file-kind-unknown' saying what the file is instead, 'file-truncated' (an .mrc shorter than its header). */
export async function detectKind(file: NamedBlob): Promise<FileKind> {
  const { path, blob } = file;
  if (blob.size === 0)
    throw new VitrineError('file-empty', 'The file is empty.', {
      file: path,
      advice: 'Copy it again; the copy or the job that wrote it stopped early.',
    });
  const bytes = new Uint8Array(await blob.slice(0, 4096).arrayBuffer());
  const extension = extensionOf(path);
  for (const [name, beginning, advice] of STRANGERS)
    if (beginning.every((byte, i) => bytes[i] === byte))
      throw new VitrineError('file-kind-unknown', `This is ${name}.`, {
        file: path,
        expected: 'a stack (.mrc, .mrcs), .star, .cs, .pkl or .csv',
        advice,
      });
  if (isNpy(bytes))
    return bytes.indexOf(0x5b) > 0 && /'descr':\s*\[/.test(latin(bytes.subarray(0, 200))) ? 'cs' : 'npy';
  if (bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3) return 'checkpoint';
  if (['mrc', 'mrcs', 'map', 'st'].includes(extension)) return 'mrc';
  if (bytes[0] === 0x80 && bytes[1] <= 5) return 'pickle';
  if (bytes.length >= MRC_HEADER_BYTES && isMrc(bytes)) return 'mrc';
  const text = textKind(bytes, extension);
  if (text) return text;
  if (extension === 'pkl') return 'pickle';
  throw new VitrineError('file-kind-unknown', 'This kind of file is not known here.', {
    file: path,
    expected: 'a stack (.mrc, .mrcs), .star, .cs, .pkl, .txt or .csv',
    advice: 'Drop the particle stack and the metadata of a RELION, cryoSPARC or cryoDRGN job.',
  });
}

function isMrc(bytes: Uint8Array): boolean {
  try {
    return parseMrcHeader(bytes, '').header.hasMapStamp;
  } catch {
    return false;
  }
}

const latin = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

function textKind(bytes: Uint8Array, extension: string): FileKind | null {
  const printable = bytes.every((byte) => byte >= 32 || (byte >= 9 && byte <= 13) || byte === 27);
  if (!printable) return null;
  const text = latin(bytes);
  if (extension === 'pkl' && /^(\(|c[a-z_]+|[IFLSV])/.test(text)) return 'pickle';
  if (/^\s*[{[]/.test(text) && extension === 'json') return 'json';
  if (/^data_\S*\s*$/m.test(text)) {
    if (/^_rln/m.test(text) || extension === 'star') return 'star';
    if (/^_(entry|atom_site|audit|struct)/m.test(text) || ['cif', 'mmcif'].includes(extension)) return 'mmcif';
  }
  if (extension === 'star') return 'star';
  if (['cif', 'mmcif'].includes(extension)) return 'mmcif';
  if (['pdb', 'ent'].includes(extension) || /^(HEADER|ATOM {2}|HETATM|CRYST1|REMARK)/m.test(text)) return 'pdb';
  if (['yaml', 'yml'].includes(extension)) return 'yaml';
  const firstLine = text.split(/\r?\n/).find((line) => line.trim() !== '') ?? '';
  if (/\.(mrcs?|star)\s*$/i.test(firstLine)) return 'stack-list';
  if (['csv', 'tsv'].includes(extension) || /^[^,\t]+([,\t][^,\t]*)+$/.test(firstLine)) return 'csv';
  return null;
}

/** The whole of a file that has to be in memory to be parsed (tables, pickles). Error: 'file-missing' (gone since it was dropped). */
export async function bytesOf(file: NamedBlob): Promise<Uint8Array> {
  try {
    return new Uint8Array(await file.blob.arrayBuffer());
  } catch (error) {
    throw new VitrineError('file-missing', 'The file cannot be read any more.', {
      file: file.path,
      found: error instanceof Error ? error.message : String(error),
      advice: 'It was moved or changed since it was dropped; drop it again.',
    });
  }
}

/** Paths in a .txt list, one a line; empty lines and # comments are left out. */
export function parseStackList(bytes: Uint8Array, file: string): string[] {
  const paths = new TextDecoder()
    .decode(bytes)
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (paths.length === 0)
    throw new VitrineError('file-empty', 'The list names no stack.', { file, expected: 'one .mrcs file a line' });
  return paths;
}
