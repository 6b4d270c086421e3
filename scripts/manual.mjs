// Remakes what docs/MANUAL.md has from the code: its list of parameters, and its pictures (from a fresh build).
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { findChromium } from './chromium.mjs';

const root = resolve(import.meta.dirname, '..');
const run = (...args) => {
  const { status } = spawnSync(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, CHROME_PATH: findChromium() },
  });
  if (status !== 0) process.exit(status ?? 1);
};

const args = process.argv.slice(2);
run('--import', 'tsx', 'scripts/manual-parameters.ts');
if (!args.includes('--text')) {
  run('node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn');
  run('--import', 'tsx', 'scripts/manual-pictures.ts', ...args);
}
