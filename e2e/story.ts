// A story's studio: opened before its first step, photographed where a step fails, closed after the last.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { Studio, type StudioOptions } from './studio.ts';

/** Call inside `describe`; gives the studio from the first step on. `set` replaces it, as after a crash. */
export function studioOfStory(options: StudioOptions = {}): { get(): Studio; set(studio: Studio): void } {
  let studio: Studio | null = null;
  beforeAll(async () => {
    studio = await Studio.open(options);
  });
  afterEach(async ({ task }) => {
    if (task.result?.state === 'fail')
      await studio?.screenshot(`failed ${task.name}`.replace(/\W+/g, '-')).catch(() => undefined);
  });
  afterAll(() => studio?.close());
  return {
    get() {
      if (!studio) throw new Error('The studio was not opened.');
      return studio;
    },
    set(next) {
      studio = next;
    },
  };
}

/** Particle rows of a STAR file as they are written, of the table that names images. */
export function starRows(text: string): string[] {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('_rlnImageName'));
  const first = lines.findIndex((line, i) => i > at && line.trim() !== '' && !/^[_#]/.test(line));
  const rows: string[] = [];
  for (let i = first; i >= 0 && i < lines.length && lines[i].trim() !== '' && !lines[i].startsWith('data_'); i++)
    rows.push(lines[i]);
  return rows;
}
