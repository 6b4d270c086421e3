// An atomic model as the field, as the screen asks for it, over the worker classes without workers.
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { openWasmEngine } from '../src/engine/wasm/engine.ts';
import { readAtoms } from '../src/formats/atoms.ts';
import { moleculeAtoms, moleculeFromAtoms } from '../src/imaging/molecule.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { MemoryRunLocks } from '../src/library/run-locks.ts';
import { FOLD_DEFAULTS, validateParams } from '../src/params/params.ts';
import { helixPdb } from '../testing/helix.ts';
import type { DroppedFile } from './contract.ts';
import { EngineHost } from './engine-host.ts';
import { Io } from './io.ts';

const RESIDUES = 20;
const call = { id: 'a' };
const storage = new MemoryStorage();
const io = new Io(storage, new MemoryRunLocks());
const engine = new EngineHost({
  ...{ storage, locks: new MemoryRunLocks() },
  openEngine: () => openWasmEngine({ ownThread: true }),
  preparation: () => Promise.resolve(io),
});
const pdb = (text: string, path = 'helix.pdb'): DroppedFile => ({ path, file: new Blob([text]) });
const params = (zDim: number) =>
  validateParams({ ...FOLD_DEFAULTS, zDim, epochs: 1, decoderLayers: 1, decoderDim: 8, modelFrame: 'box' });

describe('a run of an atomic model', () => {
  let datasetId: string;
  const run = async (zDim: number): Promise<string> => {
    const model = { file: pdb(helixPdb(RESIDUES)), chains: null };
    const { id } = await engine.startAtoms(datasetId, `atoms ${zDim}`, params(zDim), model);
    const statusOf = async () => (await io.listRuns()).find((one) => one.id === id)?.status;
    await vi.waitFor(async () => expect(await statusOf()).toBe('finished'), { timeout: 20_000 });
    return id;
  };

  beforeAll(async () => {
    const files = new MemoryStorage();
    const atoms = await readAtoms({ path: 'helix.pdb', blob: new Blob([helixPdb(RESIDUES)]) }, true);
    const molecule = moleculeFromAtoms(moleculeAtoms(atoms), 'helix.pdb', 10);
    const set = simulate({
      ...{ molecule, count: 80, boxPixels: 24, pixelSizeAngstrom: 2, states: 1, snr: 1, resolutionAngstrom: 6 },
    });
    await writeSimulation(set, files, '', {});
    const drop = async (path: string): Promise<DroppedFile> => ({ path, file: (await files.openBlob(path))! });
    const draft = await io.openFiles([await drop('particles.mrcs'), await drop('particles.star')], null, call);
    ({ id: datasetId } = await io.accept(draft.id));
  });

  it('begins at a dropped file, whose chains are told and taken', async () => {
    const two = helixPdb(RESIDUES).replace('END\n', helixPdb(8).replaceAll(' ALA A', ' ALA B'));
    const whole = await io.describeModel({ file: pdb(two), chains: null });
    expect(whole).toMatchObject({ residues: RESIDUES + 8, gaussians: 2 * (RESIDUES + 8) });
    expect(whole.chains).toEqual([
      { name: 'A', residues: RESIDUES },
      { name: 'B', residues: 8 },
    ]);
    expect(await io.describeModel({ file: pdb(two), chains: ['B'] })).toMatchObject({
      residues: 8,
      chains: whole.chains,
    });
    await expect(io.describeModel({ file: pdb('no atoms'), chains: null })).rejects.toMatchObject({
      code: 'atoms-syntax',
    });
  });

  it('is refused where the molecule is larger than the box', async () => {
    const model = { file: pdb(helixPdb(60)), chains: null };
    await expect(engine.startAtoms(datasetId, 'large', params(0), model)).rejects.toMatchObject({
      ...{ code: 'value-out-of-range', detail: { field: '--model' } },
    });
  });

  it('shows one structure from the middle of the box, and writes it with all atoms', async () => {
    const runId = await run(0);
    const shown = await io.structures({ runId, epoch: null, zs: [[]] });
    expect(shown.residues[0]).toEqual({ name: 'ALA', chain: 'A', number: 1 });
    expect(shown.positions).toHaveLength(1);
    // One epoch at a small rate: where it began, but for the steps.
    const away = shown.positions[0].map((v, i) => Math.abs(v - shown.start[i]));
    expect(Math.max(...away)).toBeGreaterThan(0);
    expect(Math.max(...away)).toBeLessThan(0.5);
    expect(shown.bonds).toHaveLength(2 * (RESIDUES - 1 + RESIDUES));
    const { name, bytes } = await io.exportStructures({ runId, epoch: null, zs: [[]] }, 'pdb');
    expect(name).toBe('atoms_0_structure.pdb');
    const lines = new TextDecoder().decode(bytes).split('\n');
    expect(lines.filter((line) => line.startsWith('ATOM'))).toHaveLength(5 * RESIDUES);
  });

  it('of many has a structure at each z, and a file of several models', async () => {
    const runId = await run(1);
    const latents = await io.latents(runId, null);
    expect(latents).toMatchObject({ zDim: 1, count: 80 });
    const zs = [[-1], [1]];
    const { positions } = await io.structures({ runId, epoch: null, zs });
    expect(positions[0]).not.toEqual(positions[1]);
    // Of an epoch that is named, what was read before is asked again.
    for (const z of [0, 1])
      expect((await io.structures({ runId, epoch: 1, zs: [zs[z]] })).positions).toEqual([positions[z]]);
    const other = io.structures({ runId, epoch: 7, zs });
    await expect(other).rejects.toMatchObject({ code: 'file-missing' });
    const { name, bytes } = await io.exportStructures({ runId, epoch: null, zs }, 'cif');
    expect(name).toBe('atoms_1_structures.cif');
    expect(new TextDecoder().decode(bytes)).toContain('pdbx_PDB_model_num');
  });
});
