// README's second command, the whole gate: format, types, lint and layers, unit, build with its size budget, browser
// stories. Every step runs, so that one run names all that is wrong; the last line counts them.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { findChromium } from './chromium.mjs';

const root = resolve(import.meta.dirname, '..');
findChromium();
const steps = [
  ['format', 'prettier/bin/prettier.cjs', '--check', '--log-level', 'warn', '.'],
  ['types', 'typescript/bin/tsc', '--noEmit'],
  ['lint', 'eslint/bin/eslint.js', '.', '--max-warnings', '0'],
  [
    'layers',
    'dependency-cruiser/bin/dependency-cruise.mjs',
    '--config',
    '.dependency-cruiser.cjs',
    'src',
    'workers',
    'cli',
  ],
  ['unit', 'vitest/vitest.mjs', 'run'],
  ['build', 'vite/bin/vite.js', 'build', '--logLevel', 'warn'],
  ['size budget', '../scripts/size-budget.mjs'],
  ['browser stories', '../scripts/e2e.mjs', '--built'],
];
const results = steps.map(([name, script, ...args]) => {
  console.log(`\n── ${name}`);
  const start = performance.now();
  const { status } = spawnSync(process.execPath, [resolve(root, 'node_modules', script), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  const seconds = ((performance.now() - start) / 1000).toFixed(0);
  console.log(`── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  return status === 0;
});
const failed = results.filter((ok) => !ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
