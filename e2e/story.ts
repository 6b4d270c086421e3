// A story's studio: opened before its first step, photographed where a step fails, closed after the last.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { writeCtfPickle } from '../src/formats/cryodrgn-pickles.ts';
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { simulate } from '../src/imaging/simulate.ts';
import { writeSimulation } from '../src/jobs/simulate-job.ts';
import { MemoryStorage } from '../src/library/memory.ts';
import { Studio, type DroppedBytes, type StudioOptions } from './studio.ts';

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

/** Particles at 5 Å/px without poses, and their CTF, as files to drop. */
export async function simulatedFiles(count: number, boxPixels: number, states: number): Promise<DroppedBytes[]> {
  const frame = { count, boxPixels, pixelSizeAngstrom: 5 };
  const { images, ctf } = simulate({ ...frame, states, snr: 1, shiftPixels: 1, resolutionAngstrom: 15 });
  const stack = writeMrcStack(frame, await images.read(Array.from({ length: count }, (_, i) => i)));
  return [
    { name: 'particles.mrcs', bytes: stack },
    { name: 'ctf.pkl', bytes: writeCtfPickle(ctf!) },
  ];
}

/** A stack of a hinge in motion with its STAR, as files to drop. */
export async function movingSet(count: number, boxPixels: number): Promise<DroppedBytes[]> {
  const storage = new MemoryStorage();
  const frame = { count, boxPixels, pixelSizeAngstrom: 160 / boxPixels };
  const simulation = simulate({ ...frame, states: 20, snr: 0.5, shiftPixels: 1, resolutionAngstrom: 10 });
  const { stack, star } = await writeSimulation(simulation, storage, '', {});
  return Promise.all([stack, star].map(async (name) => ({ name, bytes: (await storage.read(name))! })));
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
