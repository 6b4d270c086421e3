// The production build's size, gzipped, against a budget: what a visitor loads first, and the whole folder.
import { gzipSync } from 'node:zlib';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';

const dist = resolve(import.meta.dirname, '../dist');
const budgetKilobytes = { firstLoad: 400, scripts: 2600, everything: 6000 };

const files = readdirSync(dist, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return { path: relative(dist, path), kilobytes: gzipSync(readFileSync(path)).length / 1024 };
  });
const sum = (list) => list.reduce((total, file) => total + file.kilobytes, 0);
const html = readFileSync(join(dist, 'index.html'), 'utf8');
const measured = {
  firstLoad: sum(files.filter((f) => f.path === 'index.html' || html.includes(f.path))),
  scripts: sum(files.filter((f) => /\.(js|css)$/.test(f.path))),
  everything: sum(files),
};
let over = false;
for (const [name, limit] of Object.entries(budgetKilobytes)) {
  over ||= measured[name] > limit;
  console.log(
    `${name}: ${measured[name].toFixed(0)} kB gzipped of ${limit} kB${measured[name] > limit ? '  OVER BUDGET' : ''}`,
  );
}
if (over) {
  for (const f of files.sort((a, b) => b.kilobytes - a.kilobytes).slice(0, 10))
    console.log(`  ${f.kilobytes.toFixed(0)} kB  ${f.path}`);
  process.exit(1);
}
