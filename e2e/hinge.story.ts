// A real set of files from a disk: RELION's stack and STAR, then the same stack with cryoDRGN's pickles.
import { expect, it } from 'vitest';
import { readCryodrgnPickle } from '../src/formats/cryodrgn-pickles.ts';
import { describeWithReference, referenceBytes, referencePath } from '../testing/reference.ts';
import { starRows, studioOfStory } from './story.ts';

const PARTICLES = 4000;
const EPOCHS = 2;

describeWithReference('The hinge set, from its files to lists of half of it', () => {
  const studio = studioOfStory();

  it('understands stack and STAR without a question', async () => {
    await studio.get().drag([referencePath('hinge/particles.mrcs'), referencePath('hinge/particles.star')]);
    const draft = await studio.get().ask(({ draft: current }) => current());
    expect(draft).toMatchObject({
      ...{ particles: PARTICLES, boxPixels: 32, pixelSizeAngstrom: 4, hasPoses: true, hasCtf: true, looksWhite: true },
      ...{ questions: [], missing: [] },
    });
    expect(draft?.files.map(({ path, role, used }) => [path, role, used])).toEqual([
      ['particles.mrcs', 'stack', true],
      ['particles.star', 'star', true],
    ]);
    const dataset = await studio.get().accept();
    expect(dataset).toMatchObject({ particles: PARTICLES, tableKind: 'star', originalsAtHand: true });
    await studio.get().page.locator('[data-testid="gallery-canvas"][data-loaded="true"]').waitFor();
  });

  it('looks through it by itself, and finds nothing wrong', async () => {
    const findings = await studio.get().until('first aid', ({ firstAid }) => firstAid(), { seconds: 120 });
    expect(findings.filter(({ verdict }) => verdict !== 'good')).toEqual([]);
    expect(findings).toHaveLength(11);
    await studio.get().byId('first-aid-good').click();
    expect(await studio.get().byId('finding-shifts').textContent()).toContain('good');
  });

  it('learns from it', async () => {
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(EPOCHS);
    await studio.get().byId('start').click();
    await studio.get().finished();
    const run = await studio.get().ask(({ run: current }) => current());
    expect(run?.epochsDone).toBe(EPOCHS);
    // Images of noise alone leave 0.64, what the circular window leaves of them; the structure explains some of it at once.
    expect(run?.history.at(-1)?.reconstruction).toBeLessThan(0.62);
  });

  it('writes the selected rows of the STAR as they were, and their indices', async () => {
    await studio.get().byId('go-explore').click();
    await studio.get().until('the landscape', ({ explore }) => explore().pcaReady);
    const rows = await studio.get().ask(({ exploreVerbs, explore }) => {
      const xs = Array.from({ length: explore().particles }, (_, row) => exploreVerbs.placeOf(row)![0]);
      const middle = xs.slice().sort((a, b) => a - b)[xs.length / 2];
      exploreVerbs.lasso(
        [
          [-99, -99],
          [middle, -99],
          [middle, 99],
          [-99, 99],
        ],
        'replace',
      );
      return exploreVerbs.selectedRows();
    });
    expect(rows).toHaveLength(PARTICLES / 2);
    await studio.get().go('export');
    const original = starRows(new TextDecoder().decode(referenceBytes('hinge/particles.star')));
    expect(original).toHaveLength(PARTICLES);
    const star = await studio.get().download('export-star');
    expect(starRows(star.bytes.toString('utf8'))).toEqual(rows.map((row) => original[row]));
    const list = await studio.get().download('export-ind.pkl');
    const read = readCryodrgnPickle(new Uint8Array(list.bytes), list.name);
    expect(read.kind === 'index' && [...read.indices]).toEqual(rows);
  });

  it('takes the stack with pose.pkl and ctf.pkl too', async () => {
    await studio.get().go('data');
    await studio.get().drop(['particles.mrcs', 'poses.pkl', 'ctf.pkl'].map((name) => referencePath(`hinge/${name}`)));
    const draft = await studio.get().ask(({ draft: current }) => current());
    expect(draft).toMatchObject({
      ...{ particles: PARTICLES, pixelSizeAngstrom: 4, hasPoses: true, hasCtf: true, questions: [], missing: [] },
    });
    const dataset = await studio.get().accept();
    expect(dataset).toMatchObject({ particles: PARTICLES, tableKind: null });
    expect(await studio.get().ask(({ datasets }) => datasets().length)).toBe(2);
  });

  it('did all this without an error', async () => {
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
    expect(await studio.get().ask(({ errors, explore }) => [...errors(), ...explore().errors])).toEqual([]);
  });
});
