// README's second command, the whole gate, or the parts of it that are named: `npm test`, `npm test -- types lint`,
// `npm test -- --list`. Every part runs, so that one run names all that is wrong; the last line counts them. Parts that
// keep one core busy run two at a time, and what they print comes when they end.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { findChromium } from './chromium.mjs';
import { parts } from './gate-parts.mjs';

const root = resolve(import.meta.dirname, '..');
const names = parts.map(({ name }) => name);
const asked = process.argv.slice(2);
if (asked.includes('--list')) {
  console.log(names.join('\n'));
  process.exit(0);
}
const unknown = asked.filter((name) => !names.includes(name));
if (unknown.length > 0) {
  console.error(`The gate has no part ${unknown.join(', ')}; it has ${names.join(', ')}.`);
  process.exit(2);
}
const chosen = parts.filter(({ name }) => asked.length === 0 || asked.includes(name));
const runs = (name) => chosen.some((part) => part.name === name);
// Tests of kernels use the software graphics that come with it, stories the browser itself.
if (runs('unit') || runs('stories')) findChromium();

/** Resolves to whether it passed. What it prints goes to the terminal as it comes, or is told at its end. */
function run({ name, script, args }, told) {
  if (!told) console.log(`\n── ${name}`);
  const start = performance.now();
  // A build from before is not that of the sources.
  const given = name === 'stories' && !runs('build') ? args.filter((arg) => arg !== '--built') : args;
  const child = spawn(process.execPath, [resolve(root, 'node_modules', script), ...given], {
    cwd: root,
    stdio: told ? ['ignore', 'pipe', 'pipe'] : 'inherit',
  });
  const printed = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (bytes) => printed.push(bytes));
  return new Promise((settle) => {
    child.on('close', (status) => {
      if (told) console.log(`\n── ${name}`);
      process.stdout.write(Buffer.concat(printed));
      const seconds = ((performance.now() - start) / 1000).toFixed(0);
      console.log(`── ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
      settle(status === 0);
    });
  });
}

const light = chosen.filter(({ oneCore }) => oneCore);
const lanes = Math.min(availableParallelism(), 2, light.length);
const waiting = [...light];
const results = [];
await Promise.all(
  Array.from({ length: lanes }, async () => {
    for (let part = waiting.shift(); part; part = waiting.shift()) results.push(await run(part, lanes > 1));
  }),
);
for (const part of chosen.filter(({ oneCore }) => !oneCore)) results.push(await run(part, false));
const failed = results.filter((ok) => !ok).length;
console.log(`\n${results.length - failed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
