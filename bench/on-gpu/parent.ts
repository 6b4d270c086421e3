// The whole run: each part in a process of its own, which is ended where it says nothing for too long or its time is over and
// started again behind the step that it died of.
import { spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { resolve } from 'node:path';
import type { Word } from './child.ts';
import type { Part } from './part-context.ts';
import { Lines } from './lines.ts';
import { argumentsOf, type Options } from './options.ts';

/** Silence beyond a step's patience, and time beyond a part's, that a process gets to end by itself. */
const GRACE_SECONDS = 4;
const LEAST_SECONDS = 2;

interface Run {
  part: Part;
  options: Options;
  until: number;
  stride: number;
  log: WriteStream;
  lines: Lines;
}

/** The step it died of, null where it ended well. */
function runOnce({ part, options, until, stride, log, lines }: Run, from: number): Promise<number | null> {
  const seconds = (until - performance.now()) / 1000;
  const own = [`--part=${part.name}`, `--seconds=${seconds}`, `--from=${from}`, `--stride=${stride}`];
  const begun = performance.now();
  const child = spawn(process.execPath, [process.argv[1], ...argumentsOf(options), ...own], {
    env: { ...process.env, ...part.environment },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.stdout?.pipe(log, { end: false });
  child.stderr?.pipe(log, { end: false });
  let last: Word = { step: from - stride, name: 'its start', patienceSeconds: 30 };
  let reason: string | null = null;
  let timer: NodeJS.Timeout;
  const end = (why: string) => {
    reason = why;
    child.kill('SIGKILL');
  };
  const watch = ({ patienceSeconds }: Word) => {
    clearTimeout(timer);
    const borne = patienceSeconds + GRACE_SECONDS;
    timer = setTimeout(() => end(`ended: silent for ${borne.toFixed(0)} s`), 1000 * borne);
  };
  watch(last);
  const over = setTimeout(() => end('ended: its time was over'), 1000 * (seconds + 2 * GRACE_SECONDS));
  child.on('message', (word: Word) => {
    last = word;
    watch(word);
  });
  return new Promise((settle) => {
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      clearTimeout(over);
      if (code === 0) return settle(null);
      const error = reason ?? `the process ended by ${signal ?? `status ${code}`}`;
      const { driver } = options;
      const about = { part: part.name, step: last.name, device: '', driver, dawn: '' };
      lines.add({ ...about, seconds: (performance.now() - begun) / 1000, error });
      settle(last.step);
    });
  });
}

async function runShare(run: Run, first: number): Promise<void> {
  for (let from = first; performance.now() < run.until;) {
    const died = await runOnce(run, from);
    if (died === null) return;
    // Where it cannot even begin it is not tried again.
    if (died < from) return;
    from = died + run.stride;
  }
}

export async function runAll(parts: readonly Part[], options: Options): Promise<void> {
  const lines = new Lines(options.folder);
  const log = createWriteStream(resolve(options.folder, 'log.txt'), { flags: 'a' });
  const whole = performance.now() + 1000 * options.seconds;
  // A rehearsal takes what it is given; a graphics processor needs no longer than was planned.
  const share = options.seconds / parts.reduce((sum, { seconds }) => sum + seconds, 0);
  const scale = options.small ? share : Math.min(1, share);
  for (const part of parts) {
    const begin = performance.now();
    const left = (whole - begin) / 1000;
    const seconds = Math.min(scale * part.seconds, left);
    if (seconds < LEAST_SECONDS) {
      const { driver } = options;
      lines.add({ part: part.name, step: '', device: '', driver, dawn: '', seconds: 0, error: 'no time was left' });
      continue;
    }
    const processes = options.small ? 1 : (part.processes ?? 1);
    const run = { part, options, until: begin + 1000 * seconds, stride: processes, log, lines };
    log.write(`── ${part.name}\n`);
    await Promise.all(Array.from({ length: processes }, (_, first) => runShare(run, first)));
    console.log(`${part.name}: ${((performance.now() - begin) / 1000).toFixed(1)} of ${seconds.toFixed(0)} s`);
  }
  await new Promise((resolve) => log.end(resolve));
}
