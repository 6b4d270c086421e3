// Registers the service worker of the build: use offline, and cross-origin isolation where the host cannot send its
// headers (the page reloads once so that its own response carries them).

const RELOADED = 'vitrine-isolation-reload';

/** Resolves when the page may start: at once, or never where it is about to reload for isolation. */
export async function registerOffline(): Promise<void> {
  if (!('serviceWorker' in navigator) || !window.isSecureContext) return;
  const registration = await navigator.serviceWorker.register('./offline-worker.js').catch(() => null);
  if (!registration || window.crossOriginIsolated || sessionStorage.getItem(RELOADED)) return;
  sessionStorage.setItem(RELOADED, '1');
  await navigator.serviceWorker.ready;
  if (!navigator.serviceWorker.controller)
    await new Promise<void>((resolve) => {
      navigator.serviceWorker.addEventListener('controllerchange', () => resolve(), { once: true });
    });
  window.location.reload();
  await new Promise<never>(() => undefined);
}
