// The command as a person runs it, in a folder of its own that goes with the tests.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

const entry = resolve(import.meta.dirname, '../cli/vitrine.mjs');

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  json: Record<string, unknown>;
}

export interface CommandFolder {
  path(name: string): string;
  /** SIGINT once stderr says `interruptAt`. */
  vitrine(args: string[], interruptAt?: RegExp): Promise<Ended>;
  remove(): void;
}

export function commandFolder(): CommandFolder {
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-cli-'));
  return {
    path: (name) => join(folder, name),
    remove: () => rmSync(folder, { recursive: true, force: true }),
    vitrine: (args, interruptAt) =>
      new Promise((settle) => {
        const child = spawn(process.execPath, [entry, ...args], { cwd: folder });
        let [stdout, stderr, interrupted] = ['', '', false];
        child.stdout.on('data', (bytes: Buffer) => (stdout += String(bytes)));
        child.stderr.on('data', (bytes: Buffer) => {
          stderr += String(bytes);
          if (interruptAt?.test(stderr) && !interrupted) {
            interrupted = true;
            child.kill('SIGINT');
          }
        });
        child.on('close', (code) => {
          const last = stdout.trim().split('\n').at(-1) ?? '';
          const json = last.startsWith('{') ? (JSON.parse(last) as Record<string, unknown>) : {};
          settle({ code, stdout, stderr, json });
        });
      }),
  };
}
