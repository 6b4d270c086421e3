// Atomic models for the screen: what a dropped file holds, and structures of runs at latents, shown and written.
import { coarseModel } from '../src/atoms/coarse-model.ts';
import { writeAtoms } from '../src/atoms/write.ts';
import { readAtomicModel } from '../src/jobs/fold/atomic-model.ts';
import { centresOf, openedModel, structuresAt, type OpenedModel } from '../src/jobs/fold/structures.ts';
import { fileStem } from '../src/jobs/file-stem.ts';
import { extentAngstrom } from '../src/jobs/fold/new-fold.ts';
import type { RunLibrary } from '../src/library/runs.ts';
import type { CentreStructures, ExportedFile, ModelChoice, ModelDescription } from './contract.ts';
import type { StructureFormat, StructuresRequest } from './contract.ts';

/** Errors: 'atoms-syntax', 'value-out-of-range' for a chain that is not there. */
export async function describeModel({ file, chains }: ModelChoice): Promise<ModelDescription> {
  const { atoms, coarse } = await readAtomicModel({ path: file.path, blob: file.file }, chains);
  const whole = chains === null ? coarse : coarseModel(atoms, file.path);
  const counts = new Map<string, number>();
  for (const { chain } of whole.residues) counts.set(chain, (counts.get(chain) ?? 0) + 1);
  return {
    chains: [...counts].map(([name, residues]) => ({ name, residues })),
    residues: coarse.residues.length,
    gaussians: coarse.centres.length,
    extentAngstrom: extentAngstrom(coarse.positions),
    notices: coarse.notices,
  };
}

/** Structures of runs for the screen, which asks along a trajectory many times a second: the model asked last is kept. */
export class ShownStructures {
  private last: { of: string; model: Promise<OpenedModel> } | null = null;

  constructor(private readonly runs: RunLibrary) {}

  /** Errors: 'usage' for a run without an atomic model, 'file-missing'. */
  async at({ runId, epoch, zs }: StructuresRequest): Promise<CentreStructures> {
    return centresOf(await this.model(runId, epoch), zs);
  }

  private model(runId: string, epoch: number | null): Promise<OpenedModel> {
    const of = `${runId} ${epoch}`;
    // The last epoch of a run that goes on is another one soon.
    if (epoch !== null && this.last?.of === of) return this.last.model;
    const model = openedModel(this.runs.folder(runId), epoch);
    const kept = { of, model };
    this.last = epoch === null ? null : kept;
    model.catch(() => {
      if (this.last === kept) this.last = null;
    });
    return model;
  }
}

/** All atoms of the structures, a model each. Errors: as above, 'value-out-of-range' for what PDB's columns do not hold. */
export async function writtenStructures(
  runs: RunLibrary,
  { runId, epoch, zs }: StructuresRequest,
  format: StructureFormat,
): Promise<ExportedFile> {
  const { name } = await runs.record(runId);
  const { atoms, positions } = await structuresAt(runs.folder(runId), epoch, zs);
  const text = writeAtoms(atoms, positions, format, name);
  const kind = positions.length === 1 ? 'structure' : 'structures';
  return { name: `${fileStem(name)}_${kind}.${format}`, bytes: new TextEncoder().encode(text) };
}
