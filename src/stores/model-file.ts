// The atomic model that a new run is to begin at: the file, which of its chains, and what is in it.
import { create } from 'zustand';
import type { DroppedFile, ModelChoice, ModelDescription } from '../../workers/contract.ts';
import { VitrineError, type ErrorData } from '../base/errors.ts';
import { errorData } from './errors.ts';
import { studio } from './studio.ts';

/** What the form of a new run knows of the model. */
export interface ModelFileState {
  file: DroppedFile | null;
  /** Of the file; null for all. */
  chains: string[] | null;
  description: ModelDescription | null;
  reading: boolean;
  error: ErrorData | null;
}

/** Followed by selectors only. */
export const useModelFile = create<ModelFileState>(() => ({
  ...{ file: null, chains: null, description: null, reading: false, error: null },
}));
const { getState: get, setState: set } = useModelFile;
const MODEL_FILE = /\.(pdb|ent|cif|mmcif)$/i;

/** Reads a file of atoms; one that is not, is refused and the one before stays. */
export async function chooseModelFile(file: DroppedFile): Promise<void> {
  await describe(file, null);
}

/** Of several files that were dropped, the first of atoms. */
export async function dropModelFiles(files: readonly DroppedFile[]): Promise<void> {
  const file = files.find(({ path }) => MODEL_FILE.test(path));
  if (file) return chooseModelFile(file);
  const error = new VitrineError('atoms-syntax', 'None of these files is an atomic model.', {
    ...(files[0] && { file: files[0].path }),
    expected: '.pdb or .cif',
  });
  set({ error: error.toData() });
}

/** Takes a chain in, or leaves it out; the last one stays. */
export async function toggleChain(name: string): Promise<void> {
  const { file, chains, description } = get();
  if (!file || !description) return;
  const all = description.chains.map((chain) => chain.name);
  const standing = chains ?? all;
  const next = all.filter((chain) => (chain === name ? !standing.includes(name) : standing.includes(chain)));
  if (next.length > 0) await describe(file, next.length === all.length ? null : next);
}

async function describe(file: DroppedFile, chains: string[] | null): Promise<void> {
  set({ reading: true, error: null });
  try {
    const description = await studio().io.describeModel({ file, chains });
    set({ file, chains, description, reading: false });
  } catch (error) {
    set({ reading: false, error: errorData(error) });
  }
}

/** What a run is begun with; null before a file was chosen. */
export function chosenModel({ file, chains }: Pick<ModelFileState, 'file' | 'chains'>): ModelChoice | null {
  return file && { file, chains };
}
