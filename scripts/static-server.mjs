// Serves the built studio as any static host would, with the headers of cross-origin isolation and the content security
// policy (off on request, to try what the service worker does without them).
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { CONTENT_SECURITY_POLICY } from './content-policy.mjs';

const types = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
};

/** Listens on localhost at `port`, or the next free one when it is taken; resolves to {server, url}. */
export function serveFolder(folder, { port = 4173, isolated = true } = {}) {
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'http://localhost').pathname));
    const file = join(folder, path.endsWith('/') ? join(path, 'index.html') : path);
    const headers = { 'Cache-Control': 'no-cache' };
    if (isolated) {
      headers['Cross-Origin-Opener-Policy'] = 'same-origin';
      headers['Cross-Origin-Embedder-Policy'] = 'require-corp';
      headers['Cross-Origin-Resource-Policy'] = 'same-origin';
      headers['Content-Security-Policy'] = CONTENT_SECURITY_POLICY;
    }
    let bytes;
    try {
      const found = statSync(file);
      if (!found.isFile() || !file.startsWith(folder)) throw new Error('not a file');
      bytes = found.size;
    } catch {
      response.writeHead(404, headers).end('Not found');
      return;
    }
    response.writeHead(200, {
      ...headers,
      'Content-Type': types[extname(file)] ?? 'application/octet-stream',
      'Content-Length': bytes,
    });
    if (request.method === 'HEAD') response.end();
    else createReadStream(file).pipe(response);
  });
  return new Promise((resolve, reject) => {
    let attempt = port;
    server.on('error', (error) => {
      if (error.code === 'EADDRINUSE' && attempt !== 0 && attempt < port + 20) server.listen(++attempt, '127.0.0.1');
      else reject(error);
    });
    server.on('listening', () => resolve({ server, url: `http://localhost:${server.address().port}/` }));
    server.listen(attempt, '127.0.0.1');
  });
}
