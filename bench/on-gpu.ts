// The measuring program for a machine with a graphics processor that is there for a quarter of an hour, as one file without
// node_modules (`npm run bench:gpu`, bench/README.md). Parts in the order of what would be missed most; each in a process of its
// own, each result a line on disk at once.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { agreement } from './on-gpu/agreement-part.ts';
import { runPart } from './on-gpu/child.ts';
import type { Part } from './on-gpu/part-context.ts';
import { factors } from './on-gpu/factors-part.ts';
import { field } from './on-gpu/field-part.ts';
import { launches } from './on-gpu/launches-part.ts';
import { readLines } from './on-gpu/lines.ts';
import { driverWords, features, limits, proofs } from './on-gpu/machine-parts.ts';
import { HELP, readOptions } from './on-gpu/options.ts';
import { runAll } from './on-gpu/parent.ts';
import { firstStart } from './on-gpu/start-part.ts';
import { summary } from './on-gpu/summary.ts';
import { torch } from './on-gpu/torch-part.ts';
import { training, unguarded } from './on-gpu/training-part.ts';
import { tuning } from './on-gpu/tuning-part.ts';

const PARTS: Part[] = [
  ...[features, proofs, limits, tuning, training, agreement, field, factors, launches, torch, unguarded, firstStart],
];

async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2));
  if (options.help) return console.log(`${HELP}\nparts: ${PARTS.map(({ name }) => name).join(', ')}`);
  if (options.report) return console.log(summary(readLines(options.report)));
  const part = PARTS.find(({ name }) => name === options.part);
  if (part) return runPart(part, options);
  const unknown = options.only?.filter((name) => !PARTS.some((one) => one.name === name)) ?? [];
  if (unknown.length > 0) throw new RangeError(`no part is called ${unknown.join(', ')}`);
  const parts = PARTS.filter(({ name }) => options.only?.includes(name) ?? true);
  await runAll(parts, { ...options, driver: driverWords() });
  const path = resolve(options.folder, 'summary.md');
  writeFileSync(path, `${summary(readLines(resolve(options.folder, 'lines.jsonl')))}\n`);
  console.log(readFileSync(path, 'utf8'));
}

await main();
// Dawn keeps threads of its own.
process.exit();
