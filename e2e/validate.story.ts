// Validate: checks of a first look, one of them ended before its time, and two dropped maps compared.
import { describe, expect, it } from 'vitest';
import { writeMrcVolume } from '../src/formats/mrc-write.ts';
import { Random } from '../src/geometry/random.ts';
import { blobModel } from '../testing/linear-model.ts';
import { movingSet, studioOfStory } from './story.ts';

const BOX = 32;
const PIXEL_ANGSTROM = 3;

/** Two noisy maps of one structure, as files. */
function halfMaps(): { name: string; mimeType: string; buffer: Buffer }[] {
  const truth = blobModel(BOX, 1).weights.get('mean')!.data;
  const spread = Math.sqrt(truth.reduce((sum, value) => sum + value ** 2, 0) / truth.length);
  return [1, 2].map((half) => {
    const random = new Random(half);
    const values = truth.map((value) => value + 0.5 * spread * random.normal());
    const bytes = writeMrcVolume({ boxPixels: BOX, pixelSizeAngstrom: PIXEL_ANGSTROM, values });
    return { name: `half_${half}.mrc`, mimeType: 'application/octet-stream', buffer: Buffer.from(bytes) };
  });
}

describe('Validate, after a first look', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);

  it('says that there is nothing to check before a run', async () => {
    await studio.get().drop(await movingSet(400, 32));
    await studio.get().accept();
    await studio.get().go('validate');
    await byId('validate-empty').waitFor();
    await studio.get().go('learn');
    await studio.get().go('data');
  });

  it('makes a check and tells it in a sentence, with its figures', async () => {
    await byId('first-look').click();
    await studio.get().finished();
    await studio.get().go('validate');
    await byId('make-leakage').click();
    await byId('made-leakage').waitFor();
    expect(await byId('made-leakage').textContent()).toMatch(/follow/);
    await byId('figures-leakage').locator('summary').click();
    expect(await byId('figures-leakage').locator('tbody tr').count()).toBeGreaterThan(0);
  });

  it('ends a check that is cancelled, and draws the curves of one that is made', async () => {
    await byId('make-phases').click();
    await byId('check-progress').getByRole('button').click();
    await byId('check-progress').waitFor({ state: 'detached' });
    expect(await byId('made-phases').count()).toBe(0);
    expect(await byId('checks-error').count()).toBe(0);
    await byId('make-images').click();
    await byId('chart-images').waitFor({ timeout: 30_000 });
    await byId('chart-images').locator('.scatterlayer path').first().waitFor({ state: 'attached' });
    expect(await byId('made-images').textContent()).toMatch(/of 400 images/);
  });

  it('keeps what was made with the run', async () => {
    await studio.get().go('export');
    await studio.get().page.reload();
    await studio.get().until('the studio again', ({ ready }) => ready());
    await studio.get().go('validate');
    await byId('made-leakage').waitFor();
    await byId('made-images').waitFor();
  });

  it('compares two maps, and tells where they cease to agree', async () => {
    const [first, second] = halfMaps();
    await byId('map-file-0').setInputFiles(first);
    expect(await byId('compared').count()).toBe(0);
    await byId('map-file-1').setInputFiles(second);
    await byId('compared').waitFor({ timeout: 30_000 });
    const rows = byId('fsc-crossings').locator('tbody tr');
    expect(await rows.locator('td:first-child').allTextContents()).toEqual([
      ...['no mask', 'masked', 'random phases', 'corrected'],
    ]);
    const [at05, at0143] = (await rows.first().locator('td').allTextContents()).slice(1).map(angstrom);
    expect(at0143).toBeGreaterThanOrEqual(2 * PIXEL_ANGSTROM);
    expect(at05).toBeGreaterThan(at0143);
    await byId('fsc-curves').locator('.scatterlayer path').first().waitFor({ state: 'attached' });
    await byId('fsc-mask').click();
    await studio.get().page.getByRole('option', { name: 'No mask' }).click();
    await expect.poll(() => rows.count(), { timeout: 10_000 }).toBe(1);
    expect(await byId('fsc-randomise').isDisabled()).toBe(true);
  });

  it('takes both maps in one drop, and shows resolution by direction and by place', async () => {
    const { page } = studio.get();
    const dropped = await page.evaluateHandle(
      (maps) => {
        const transfer = new DataTransfer();
        for (const { name, bytes } of maps)
          transfer.items.add(new File([Uint8Array.from(atob(bytes), (c) => c.charCodeAt(0))], name));
        return transfer;
      },
      halfMaps().map(({ name, buffer }) => ({ name: `dropped_${name}`, bytes: buffer.toString('base64') })),
    );
    await byId('fsc-local').click();
    await byId('maps-drop').dispatchEvent('drop', { dataTransfer: dropped });
    await expect.poll(() => byId('choose-map-1').textContent()).toBe('dropped_half_2.mrc');
    await byId('local-map').waitFor({ timeout: 30_000 });
    expect(await byId('anisotropy').textContent()).toMatch(/sphericity [01]\.\d\d/);
    expect(await byId('local-map').textContent()).toMatch(/[\d.]+ Å[\d.]+ Å/);
    await expect.poll(() => byId('local-surface').getAttribute('data-phase')).not.toBe('loading');
    expect(await byId('local-surface').getAttribute('data-empty')).toBe('false');
    await byId('check-method-network').click();
    expect(await byId('check-cost').textContent()).toContain('two trainings');
    await byId('check-method-linear').click();
  });

  it('says what is wrong with a map that is none', async () => {
    const [{ name, mimeType }] = halfMaps();
    await byId('map-file-1').setInputFiles({ name, mimeType, buffer: Buffer.from('no map') });
    await byId('maps-error').waitFor();
    expect(await byId('compared').count()).toBe(0);
    expect(studio.get().errors).toEqual([]);
    expect(studio.get().outsideRequests).toEqual([]);
  });
});

function angstrom(text: string): number {
  return Number(/([\d.]+) Å/.exec(text)?.[1]);
}
