// README's first command: build, serve on localhost with cross-origin isolation, open the browser where there is a display.
import { spawn, spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { serveFolder } from './static-server.mjs';

const root = resolve(import.meta.dirname, '..');
const build = spawnSync(
  process.execPath,
  [resolve(root, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
if (build.status !== 0) process.exit(build.status ?? 1);

const { url } = await serveFolder(resolve(root, 'dist'), { port: Number(process.env.PORT ?? 4173) });
console.log(`Vitrine is at ${url}  (Ctrl-C ends it)`);

const opener = { darwin: 'open', win32: 'explorer' }[process.platform] ?? 'xdg-open';
const hasDisplay = process.platform !== 'linux' || process.env.DISPLAY || process.env.WAYLAND_DISPLAY;
if (hasDisplay && !process.env.CI && !process.argv.includes('--no-open')) {
  spawn(opener, [url], { stdio: 'ignore', detached: true }).on('error', () => {
    console.log('Open that address in Chrome.');
  });
}
