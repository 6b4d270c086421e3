// Service worker: keeps every file of the build for use offline, and adds the headers of cross-origin isolation and the
// content security policy where the host cannot send them. Its list of files, version and policy are written in by the build.
const VERSION = __VERSION__;
const FILES = __FILES__;
const POLICY = __POLICY__;
const CACHE = `vitrine-${VERSION}`;

self.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(['./', ...FILES.filter((file) => file !== 'index.html')]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener('activate', (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(
          names.filter((name) => name.startsWith('vitrine-') && name !== CACHE).map((name) => caches.delete(name)),
        ),
      )
      .then(() => self.clients.claim()),
  );
});

function isolated(response) {
  if (response.status === 0) return response;
  const headers = new Headers(response.headers);
  headers.set('Cross-Origin-Opener-Policy', 'same-origin');
  headers.set('Cross-Origin-Embedder-Policy', 'require-corp');
  headers.set('Cross-Origin-Resource-Policy', 'same-origin');
  headers.set('Content-Security-Policy', POLICY);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

// The page itself is asked from the network first, so that a new build is seen at the next visit; its parts have their
// contents in their names and come from the cache.
async function answer(request) {
  const cache = await caches.open(CACHE);
  if (request.mode === 'navigate') {
    try {
      const fresh = await fetch(request);
      if (fresh.ok) return isolated(fresh);
    } catch {
      // Offline: the kept page below.
    }
    return isolated((await cache.match('./')) ?? Response.error());
  }
  const kept = await cache.match(request, { ignoreSearch: true });
  return isolated(kept ?? (await fetch(request)));
}

self.addEventListener('fetch', (event) => {
  if (event.request.method === 'GET' && new URL(event.request.url).origin === self.location.origin)
    event.respondWith(answer(event.request));
});
