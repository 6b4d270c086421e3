// Browser stories against the production build: finds the browser, builds unless told that the build is fresh, runs them.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { findChromium } from './chromium.mjs';

const root = resolve(import.meta.dirname, '..');
const run = (script, ...args) =>
  spawnSync(process.execPath, [resolve(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHROME_PATH: findChromium() },
  }).status ?? 1;

const args = process.argv.slice(2);
const fresh = args.includes('--built') && existsSync(resolve(root, 'dist/index.html'));
if (!fresh && run('vite/bin/vite.js', 'build', '--logLevel', 'warn') !== 0) process.exit(1);
process.exit(
  run('vitest/vitest.mjs', 'run', '--config', 'vitest.e2e.config.ts', ...args.filter((a) => a !== '--built')),
);
