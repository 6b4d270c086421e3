// What was measured, a line of JSON each, on disk at once: whatever comes after, it is not lost.
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';

export interface Line {
  /** ISO. */
  date: string;
  part: string;
  step: string;
  /** Vendor, architecture and description, as Dawn tells them; empty where no device was opened. */
  device: string;
  /** As the driver's own program tells, or empty. */
  driver: string;
  /** Dawn's options. */
  dawn: string;
  seconds: number;
  error?: string;
  /** Of the part's own form. */
  data?: unknown;
}

const NAME = 'lines.jsonl';

export class Lines {
  readonly path: string;

  constructor(folder: string) {
    mkdirSync(folder, { recursive: true });
    this.path = resolve(folder, NAME);
  }

  add(line: Omit<Line, 'date'>): void {
    appendFileSync(this.path, `${JSON.stringify({ date: new Date().toISOString(), ...line })}\n`);
  }
}

/** Lines that are whole: the last may have been cut off. */
export function readLines(path: string): Line[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((text) => {
      try {
        return [JSON.parse(text) as Line];
      } catch {
        return [];
      }
    });
}
