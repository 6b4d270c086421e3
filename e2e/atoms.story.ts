// Atoms as the field, from a dropped model to structures over their density and a file of them.
import { describe, expect, it } from 'vitest';
import { readAtoms } from '../src/formats/atoms.ts';
import { moleculeAtoms, moleculeFromAtoms } from '../src/imaging/molecule.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { helixPdb } from '../testing/helix.ts';
import { studioOfStory } from './story.ts';
import type { DroppedBytes } from './studio.ts';

const RESIDUES = 24;
const file = (text: string) => ({ mimeType: 'chemical/x-pdb', buffer: Buffer.from(text) });

/** Images of a bending helix, with their poses. */
async function helixSet(): Promise<DroppedBytes[]> {
  const blob = new Blob([helixPdb(RESIDUES)]);
  const atoms = moleculeAtoms(await readAtoms({ path: 'helix.pdb', blob }, true));
  const storage = new MemoryStorage();
  const simulation = simulate({
    ...{ molecule: moleculeFromAtoms(atoms, 'helix.pdb', 12), count: 300, boxPixels: 32, pixelSizeAngstrom: 2 },
    ...{ states: 10, spanRadians: 1, snr: 1, resolutionAngstrom: 6 },
  });
  const { stack, star } = await writeSimulation(simulation, storage, '', {});
  return Promise.all([stack, star].map(async (name) => ({ name, bytes: (await storage.read(name))! })));
}

describe('atoms as the field', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);

  it('asks for a model, and says what is in it', async () => {
    await studio.get().drop(await helixSet());
    await studio.get().accept();
    await studio.get().go('learn');
    await byId('method').getByText('Atoms').click();
    expect(await byId('start').isDisabled()).toBe(true);
    await byId('model-file').setInputFiles({ name: 'notes.pdb', ...file('REMARK nothing\n') });
    await byId('model-error').waitFor();
    await byId('model-file').setInputFiles({ name: 'helix.pdb', ...file(helixPdb(RESIDUES)) });
    await byId('model-text').waitFor();
    expect(await byId('model-text').textContent()).toContain('24 residues, 48 Gaussians');
    expect(await byId('model-error').count()).toBe(0);
    expect(await byId('param-restraintStrength').count()).toBe(1);
    expect(await byId('param-encoderDim').count()).toBe(0);
  });

  it('learns many structures and shows the one at the place whose map is shown', async () => {
    await byId('preset-ensemble').click();
    await byId('param-epochs').fill('2');
    await byId('param-decoderDim').fill('16');
    await byId('start').click();
    await studio.get().finished();
    await studio.get().go('explore');
    await byId('atoms-words').waitFor({ timeout: 30_000 });
    expect(await byId('atoms-words').textContent()).toContain('24 residues, 48 Gaussians, epoch 2');
    await studio
      .get()
      .until(
        'atoms over the map',
        () => document.querySelector('[data-testid="map-a"]')?.getAttribute('data-atoms') === '48',
      );
    await byId('atoms-coloring').click();
    await studio.get().page.getByRole('option', { name: 'spread over the particles' }).click();
    await byId('structure-key').waitFor();
    await studio
      .get()
      .until('the spread', () =>
        document.querySelector('[data-testid="atoms-words"]')?.textContent?.includes('particles they spread'),
      );
    await byId('show-atoms').click();
    await studio
      .get()
      .until(
        'the map alone',
        () => document.querySelector('[data-testid="map-a"]')?.getAttribute('data-atoms') === '0',
      );
    await byId('show-atoms').click();
  });

  it('writes the structure with all its atoms', async () => {
    const [download] = await Promise.all([
      studio.get().page.waitForEvent('download'),
      byId('save-structure-pdb').click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/_structure\.pdb$/);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    const lines = Buffer.concat(chunks).toString().split('\n');
    expect(lines.filter((line) => line.startsWith('ATOM'))).toHaveLength(5 * RESIDUES);
    expect(studio.get().errors).toEqual([]);
  });
});
