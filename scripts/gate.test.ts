import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { parts } from './gate-parts.mjs';

const root = resolve(import.meta.dirname, '..');
const names = parts.map(({ name }) => name);
const text = (path: string) => readFileSync(resolve(root, path), 'utf8');
const gate = (...args: string[]) =>
  spawnSync(process.execPath, [resolve(root, 'scripts/gate.mjs'), ...args], { encoding: 'utf8' });

interface Workflow {
  jobs: { part: { strategy: { matrix: { parts: string[] } }; steps: { run?: string }[] } };
}

it('the workflow runs every part of the gate once, by the gate’s own script', () => {
  const { part } = (parse(text('.github/workflows/gate.yml')) as Workflow).jobs;
  expect(part.strategy.matrix.parts.flatMap((line) => line.split(' ')).sort()).toEqual([...names].sort());
  expect(part.steps.at(-1)?.run).toBe('node scripts/gate.mjs ${{ matrix.parts }}');
});

it('lists its parts, and refuses one that it does not have', () => {
  expect(gate('--list').stdout.trim().split('\n')).toEqual(names);
  const refused = gate('types', 'tyres');
  expect([refused.status, refused.stderr.includes('tyres')]).toEqual([2, true]);
});

it('one version: of the package, the citation and the newest entry of the log of changes', () => {
  const { version } = JSON.parse(text('package.json')) as { version: string };
  expect((parse(text('CITATION.cff')) as { version: string }).version).toBe(version);
  expect(/^## (\S+)/m.exec(text('CHANGELOG.md'))?.[1]).toBe(version);
});

it('Node of .nvmrc is one that the package takes', () => {
  const { engines } = JSON.parse(text('package.json')) as { engines: { node: string } };
  expect(engines.node).toBe(`>=${text('.nvmrc').trim()}`);
});
