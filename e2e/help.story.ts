// Help: opened by keyboard, read by its contents, reached from a screen at the right place; the host may be gone.
import { describe, expect, it } from 'vitest';
import { studioOfStory } from './story.ts';

describe('The manual in the studio', () => {
  const studio = studioOfStory();
  const byId = (testId: string) => studio.get().byId(testId);
  /** The heading that has the focus, and whether it is seen. */
  const heading = () =>
    studio.get().page.evaluate(() => {
      const at = document.activeElement;
      const { top } = at?.getBoundingClientRect() ?? { top: -1 };
      return { id: at?.id ?? '', shown: top >= 0 && top < window.innerHeight };
    });
  const at = async (id: string) => {
    await expect.poll(heading).toEqual({ id, shown: true });
  };

  it('opens by keyboard', async () => {
    const { page } = studio.get();
    await byId('drop-zone').waitFor();
    for (let i = 0; i < 12; i++) {
      await page.keyboard.press('Tab');
      if (await byId('nav-help').evaluate((link) => link === document.activeElement)) break;
    }
    await page.keyboard.press('Enter');
    await byId('manual').waitFor();
    expect(await studio.get().ask(({ screen }) => screen())).toBe('help');
    expect(await byId('nav-help').getAttribute('aria-current')).toBe('page');
    expect(await byId('manual').locator('h1').innerText()).toBe('Manual');
  });

  it('lists its sections, and goes to the one that is chosen', async () => {
    const { page } = studio.get();
    await byId('contents-when-not-to-believe-it').and(page.locator(':visible')).press('Enter');
    await at('when-not-to-believe-it');
    await byId('manual').getByRole('link', { name: 'When not to believe it' }).click();
    await at('when-not-to-believe-it');
    await page.goBack();
    expect(await studio.get().ask(({ screen }) => screen())).toBe('help');
  });

  it('shows every picture, and the parameters of the table', async () => {
    await byId('manual').locator('img').first().waitFor();
    const pictures = () =>
      byId('manual')
        .locator('img')
        .evaluateAll((images) =>
          (images as HTMLImageElement[]).map((image) => image.complete && image.naturalWidth > 0),
        );
    await expect.poll(async () => (await pictures()).every(Boolean)).toBe(true);
    expect((await pictures()).length).toBeGreaterThan(5);
    const text = await byId('manual').innerText();
    expect(text).toContain('Latent dimensions --zdim (0 to 64; default 8)');
    expect(text).not.toContain('<!--');
  });

  it('is reached from a screen at its section, and left again', async () => {
    await studio.get().go('data');
    await studio.get().openDemo();
    await studio.get().go('learn');
    await byId('help-parameters').click();
    await at('what-each-parameter-does');
    await studio.get().page.goBack();
    await byId('settings').waitFor();
  });

  it('is there without the host', async () => {
    const { page } = studio.get();
    await studio.get().until('the files kept', () => navigator.serviceWorker.controller !== null);
    await studio.get().stopServer();
    await page.reload();
    await byId('nav-help').click();
    const last = byId('manual').locator('img').last();
    await last.scrollIntoViewIfNeeded();
    await expect.poll(() => last.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);
    expect(studio.get().outsideRequests).toEqual([]);
  });
});
