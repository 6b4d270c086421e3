// One dropped file: its role by content, a line that says what it holds, or the error that keeps it from being read.
import { parseCs, type CsTable } from '../cs/cs.ts';
import { readCryodrgnPickle, type CryodrgnPickle } from '../cryodrgn-pickles.ts';
import { readCsv, type CsvTable } from '../csv.ts';
import { bytesOf, detectKind, parseStackList } from '../detect.ts';
import { VitrineError, type ErrorData, type Notice } from '../../base/errors.ts';
import { openMrcStack, type FileImageReader } from '../mrc.ts';
import { isVolumeHeader, readMrcHeader, type MrcHeader } from '../mrc-header.ts';
import type { NamedBlob } from '../particles.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import type { StarParticles } from '../star/star-table.ts';
import { unpacked } from '../unpack.ts';
import type { FileRole } from './understanding.ts';

export type Content =
  | { kind: 'stack'; reader: FileImageReader; header: MrcHeader; notices: Notice[] }
  | { kind: 'star'; table: StarParticles }
  | { kind: 'cs'; table: CsTable }
  | { kind: 'list'; paths: string[] }
  | { kind: 'pickle'; pickle: CryodrgnPickle }
  | { kind: 'csv'; table: CsvTable }
  | { kind: 'none' };

export interface Recognised {
  file: NamedBlob;
  role: FileRole;
  says: string;
  content: Content;
  error: ErrorData | null;
}

// A file that was understood once is not parsed again when a question about the drop is answered.
const known = new WeakMap<Blob, Recognised>();

const people = new Intl.NumberFormat('en-US', { maximumFractionDigits: 4 });
export const inWords = (value: number) => people.format(value);

/** Never throws but for 'cancelled': errors are part of the result. */
export async function recognise(file: NamedBlob): Promise<Recognised> {
  const before = known.get(file.blob);
  if (before && before.file.path === file.path) return before;
  let result: Recognised;
  let role: FileRole = STACK_NAME.test(file.path) ? 'stack' : 'unknown';
  try {
    const plain = await unpacked(file);
    const kind = await detectKind(plain);
    role = PROBABLE_ROLES[kind] ?? 'unknown';
    const { says, content, role: certain } = await contentOf(plain, kind);
    result = { file, role: certain, says, content, error: null };
  } catch (error) {
    if (!(error instanceof VitrineError) || error.code === 'cancelled') throw error;
    result = { file, role, says: error.message, content: { kind: 'none' }, error: error.toData() };
  }
  known.set(file.blob, result);
  return result;
}

/** What is packed, or of EMAN, is a stack that cannot be read, not one that is absent. */
const STACK_NAME = /\.(mrcs?|st|hdf5?|h5)(:\w+|\.bz2|\.gz)?$/i;

const PROBABLE_ROLES: Record<string, FileRole> = {
  mrc: 'stack',
  star: 'star',
  cs: 'cs',
  'stack-list': 'stack-list',
  csv: 'table',
  yaml: 'config',
  checkpoint: 'weights',
  pdb: 'atoms',
  mmcif: 'atoms',
};

async function contentOf(
  file: NamedBlob,
  kind: Awaited<ReturnType<typeof detectKind>>,
): Promise<{ role: FileRole; says: string; content: Content }> {
  const none: Content = { kind: 'none' };
  switch (kind) {
    case 'mrc':
      return mrc(file);
    case 'star': {
      const table = parseStarParticles(await bytesOf(file), file.path);
      const has = (name: string) => table.columnNames.includes(name);
      const parts = [has('_rlnAngleRot') && 'poses', has('_rlnDefocusU') && 'CTF'].filter((part) => part !== false);
      const groups = table.opticsGroups.length > 1 ? `, ${table.opticsGroups.length} optics groups` : '';
      const says = `${parts.length > 0 ? parts.join(' and ') : 'image names'} of ${inWords(table.rows)} particles${groups}`;
      return { role: 'star', says, content: { kind: 'star', table } };
    }
    case 'cs': {
      const table = parseCs(await bytesOf(file), file.path);
      const parts = [
        table.has('blob/path') && 'images',
        table.has('alignments3D/pose') && 'poses',
        table.has('ctf/df1_A') && 'CTF',
      ].filter((part) => part !== false);
      const passthrough = /passthrough/i.test(file.path);
      const says = `${parts.join(', ') || 'metadata'} of ${inWords(table.rows)} particles`;
      return { role: passthrough ? 'cs-passthrough' : 'cs', says, content: { kind: 'cs', table } };
    }
    case 'stack-list': {
      const paths = parseStackList(await bytesOf(file), file.path);
      return {
        role: 'stack-list',
        says: `a list of ${inWords(paths.length)} stacks`,
        content: { kind: 'list', paths },
      };
    }
    case 'pickle':
      return pickle(file);
    case 'csv': {
      const table = readCsv(await bytesOf(file), file.path);
      const names = table.columns.map((column) => column.name).join(', ');
      return { role: 'table', says: `${inWords(table.rows)} rows of ${names}`, content: { kind: 'csv', table } };
    }
    case 'yaml':
      return { role: 'config', says: 'settings of a run', content: none };
    case 'checkpoint':
      return { role: 'weights', says: 'weights of a trained model', content: none };
    case 'pdb':
    case 'mmcif':
      return { role: 'atoms', says: 'an atomic model', content: none };
    case 'npy':
      return { role: 'unknown', says: 'a NumPy array, not needed here', content: none };
    case 'json':
      return { role: 'unknown', says: 'a JSON file, not needed here', content: none };
  }
}

async function mrc(file: NamedBlob): Promise<{ role: FileRole; says: string; content: Content }> {
  const { header } = await readMrcHeader(file);
  const size = header.pixelSizeAngstrom;
  const at = size > 0 ? ` at ${inWords(size)} Å` : ', pixel size not set';
  if (isVolumeHeader(header, file.path))
    // As many images as the box is wide look like a map; a table or a person may say that they are a stack.
    return { role: 'volume', says: `a map of ${header.nx}³${at}`, content: await asStack(file) };
  const opened = await openMrcStack(file);
  return {
    role: 'stack',
    says: `${inWords(header.nz)} images of ${header.nx}²${at}`,
    content: { kind: 'stack', ...opened },
  };
}

async function asStack(file: NamedBlob): Promise<Content> {
  try {
    return { kind: 'stack', ...(await openMrcStack(file)) };
  } catch (error) {
    if (error instanceof VitrineError && error.code !== 'cancelled') return { kind: 'none' };
    throw error;
  }
}

async function pickle(file: NamedBlob): Promise<{ role: FileRole; says: string; content: Content }> {
  const read = readCryodrgnPickle(await bytesOf(file), file.path);
  const content: Content = { kind: 'pickle', pickle: read };
  switch (read.kind) {
    case 'poses': {
      const shifts = read.poses.translations ? '' : ' without shifts';
      return { role: 'poses', says: `poses of ${inWords(read.count)} particles${shifts}`, content };
    }
    case 'ctf':
      return { role: 'ctf', says: `CTF of ${inWords(read.count)} particles`, content };
    case 'index':
      return { role: 'index', says: `a list of ${inWords(read.count)} particles`, content };
    case 'latents':
      return { role: 'latents', says: `${read.zDim}-D latents of ${inWords(read.count)} particles`, content };
    case 'other':
      return { role: 'unknown', says: `${read.says}, not needed here`, content };
  }
}
