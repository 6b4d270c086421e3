import { readFileSync } from 'node:fs';
import { expect, it, vi } from 'vitest';
import { main } from './main.ts';

it('vitrine --version says the version of package.json', async () => {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const written: string[] = [];
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0);
  try {
    expect(await main(['node', 'vitrine', '--version'])).toBe(0);
  } finally {
    spy.mockRestore();
  }
  expect(written.join('')).toBe(`${version}\n`);
});
