// A plain static host that sends no headers: the service worker isolates the page, confines its workers, and serves it
// when the host is gone.
import { describe, expect, it } from 'vitest';
import { studioOfStory } from './story.ts';

describe('A plain host, and then none', () => {
  const studio = studioOfStory({ isolated: false });

  it('becomes isolated by its service worker', async () => {
    const { page, url } = studio.get();
    const headers = await (await fetch(url)).headers;
    expect([headers.get('cross-origin-embedder-policy'), headers.get('content-security-policy')]).toEqual([null, null]);
    await studio.get().until('the studio isolated', ({ ready }) => crossOriginIsolated && ready());
    const device = await studio.get().until('the device', ({ device: report }) => report());
    expect(device.crossOriginIsolated).toBe(true);
    expect(await page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    for (const worker of page.workers())
      expect(
        await worker.evaluate(
          () =>
            new Promise((done) => {
              addEventListener('securitypolicyviolation', (event) => done(event.effectiveDirective), { once: true });
              fetch('https://example.com/').catch(() => setTimeout(() => done('not refused by the policy'), 500));
            }),
        ),
        worker.url(),
      ).toBe('connect-src');
  });

  it('opens and works without the host', async () => {
    const { page, url } = studio.get();
    await studio.get().stopServer();
    await expect(fetch(url)).rejects.toThrow();
    await page.reload();
    await studio.get().until('the studio', ({ ready }) => crossOriginIsolated && ready());
    await studio.get().openDemo();
    await page.locator('[data-testid="gallery-canvas"][data-loaded="true"]').waitFor();
    // Screens, workers and wasm that were not loaded before the host was gone.
    await studio.get().go('learn');
    await studio.get().chooseSmallRun(1, 32);
    await studio.get().byId('start').click();
    await studio.get().finished();
    await studio.get().byId('go-explore').click();
    await studio.get().until('the landscape', ({ explore }) => explore().pcaReady);
    expect(studio.get().outsideRequests.filter((address) => !address.startsWith('https://example.com/'))).toEqual([]);
  });
});
