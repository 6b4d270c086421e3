// The commands that README and the manual write are commands that there are, with options that they have.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { vitrineProgram } from './main.ts';

const program = await vitrineProgram();
const root = resolve(import.meta.dirname, '..');
const texts = ['README.md', 'docs/MANUAL.md'].map((path) => readFileSync(resolve(root, path), 'utf8'));
const written = texts.flatMap((text) => [...text.matchAll(/npx vitrine ([^\n`#]+)/g)].map(([, words]) => words.trim()));
const flagsOf = (name: string) =>
  program.commands.find((command) => command.name() === name)?.options.flatMap(({ short, long }) => [short, long]) ??
  [];

it('README and the manual write commands', () => {
  expect(written.length).toBeGreaterThan(12);
});

it.each(written.filter((words) => !words.startsWith('help')))('vitrine %s', (words) => {
  const [name, ...rest] = words.split(/\s+/);
  const command = program.commands.find((each) => each.name() === name);
  expect(command, name).toBeDefined();
  for (const word of rest.filter((each) => /^-\D/.test(each))) expect(flagsOf(name), word).toContain(word);
  for (const option of command?.options.filter(({ mandatory }) => mandatory) ?? [])
    expect(
      [option.short, option.long].some((flag) => rest.includes(flag ?? '')),
      option.flags,
    ).toBe(true);
});

it('every option that the manual names belongs to a command', () => {
  const known = program.commands.flatMap((command) => flagsOf(command.name()));
  const named = [...texts[1].matchAll(/`(--[a-z-]+)/g)].map(([, flag]) => flag);
  expect(named.length).toBeGreaterThan(30);
  expect(named.filter((flag) => !known.includes(flag))).toEqual([]);
});

it.each(program.commands.map((command) => command.name()))('%s is loaded by its name alone', async (name) => {
  expect((await vitrineProgram(name)).commands.map((command) => command.name())).toEqual([name]);
});
