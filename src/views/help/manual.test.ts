// docs/MANUAL.md holds together: its parameters are those of the table, its pictures and links lead somewhere, and so do the
// question marks of the screens.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MANUAL_PATH, withParameters } from '../../../scripts/manual-parameters.ts';
import { headingsOf, slugOf, withoutComments } from './headings.ts';
import { HELP_SECTIONS } from './sections.ts';

const docs = resolve(MANUAL_PATH, '..');
const pictures = join(docs, 'pictures');
const manual = readFileSync(MANUAL_PATH, 'utf8');
const readme = readFileSync(resolve(docs, '../README.md'), 'utf8');
const slugs = headingsOf(manual).map(({ slug }) => slug);
/** Targets of the links or pictures of a text, those of code left out. */
const targets = (text: string, mark: '' | '!') =>
  [...text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/(!?)\[[^\]]*\]\(([^)]+)\)/g)]
    .filter((match) => match[1] === mark)
    .map((match) => match[2]);

describe('the manual', () => {
  it('lists the parameters of the table (npm run manual -- --text writes them)', () => {
    expect(manual).toBe(withParameters(manual));
  });

  it('has no two headings of one address', () => {
    expect(new Set(slugs).size).toBe(slugs.length);
  });

  it('links to headings and pages that there are', () => {
    for (const target of targets(manual, ''))
      if (target.startsWith('#')) expect(slugs).toContain(target.slice(1));
      else expect(existsSync(join(docs, target)), target).toBe(true);
    for (const target of targets(readme, '')) expect(existsSync(resolve(docs, '..', target)), target).toBe(true);
  });

  it('names pictures that there are, and every one', () => {
    const named = [
      ...targets(manual, '!').map((path) => join(docs, path)),
      ...targets(readme, '!').map((path) => resolve(docs, '..', path)),
    ];
    expect([...new Set(named)].sort()).toEqual(
      readdirSync(pictures)
        .sort()
        .map((name) => join(pictures, name)),
    );
  });

  it('keeps its pictures small and few', () => {
    const names = readdirSync(pictures);
    expect(names.length).toBeLessThanOrEqual(10);
    for (const name of names) expect(statSync(join(pictures, name)).size, name).toBeLessThanOrEqual(150_000);
  });

  it('has commands whose files git and the format check leave alone', () => {
    const ignored = readFileSync(resolve(docs, '../.gitignore'), 'utf8').split('\n');
    const made = [...(manual + readme).matchAll(/npx vitrine .* -o (\S+?)[\s`]/g)].map((match) => `/${match[1]}`);
    expect(made.length).toBeGreaterThan(10);
    for (const path of made) expect(ignored).toContain(path);
  });

  it('has the sections that screens lead to', () => {
    for (const slug of Object.values(HELP_SECTIONS)) expect(slugs).toContain(slug);
  });
});

describe('headings', () => {
  it('have the addresses that GitHub gives them', () => {
    expect(slugOf('Export: lists, maps, poses')).toBe('export-lists-maps-poses');
    expect(slugOf('What β does (`--beta`) – a note')).toBe('what-β-does---beta--a-note');
  });

  it('are found outside code, and comments are left out', () => {
    const text = '# One\n\n```sh\n# no heading\n```\n\n<!-- note -->\n\n## Two `x`\n';
    expect(headingsOf(text)).toEqual([
      { level: 1, title: 'One', slug: 'one' },
      { level: 2, title: 'Two x', slug: 'two-x' },
    ]);
    expect(withoutComments(text)).not.toContain('note');
  });
});
