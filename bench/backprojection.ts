// Images per second through `vitrine backproject`, beside bench/backprojection-twin.py on the same images: npx tsx bench/backprojection.ts
//     [--images 200000] [--twin-images 2000] [--box 64] [--set FOLDER]
// Simulates the set unless FOLDER holds one (particles.mrcs, poses.pkl, ctf.pkl). Whole processes by the clock, the start of the program
// and the measuring pass included; the twin says its own loop's rate, of one thread.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const { values: asked } = parseArgs({
  options: {
    images: { type: 'string', default: '200000' },
    'twin-images': { type: 'string', default: '2000' },
    box: { type: 'string', default: '64' },
    set: { type: 'string' },
  },
});
const program = resolve(import.meta.dirname, '../cli/vitrine.mjs');

function run(command: string, ...words: string[]): { seconds: number; said: string; megabytes: number | null } {
  // GNU time says the greatest memory of the whole process.
  const time = existsSync('/usr/bin/time') ? ['/usr/bin/time', '-f', 'peak %M'] : [];
  const [first, ...rest] = [...time, command, ...words];
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(first, rest, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: exit ${String(status)}\n${stderr.slice(-2000)}`);
  const peak = /peak (\d+)/.exec(stderr);
  return { seconds: (performance.now() - began) / 1000, said: stdout, megabytes: peak && Number(peak[1]) / 1024 };
}

const folder = mkdtempSync(join(tmpdir(), 'vitrine-backprojection-'));
try {
  const set = asked.set ?? join(folder, 'set');
  const images = Number(asked.images);
  if (!asked.set) {
    const frame = ['-N', asked.images, '-D', asked.box, '--apix', '2', '--states', '1', '--snr', '0.1'];
    run(process.execPath, program, 'simulate', ...frame, '-o', set);
  }
  const files = [join(set, 'particles.mrcs'), '--poses', join(set, 'poses.pkl'), '--ctf', join(set, 'ctf.pkl')];
  const out = join(folder, 'map');
  const ours = run(process.execPath, program, 'backproject', ...files, '--device', 'cpu', '-o', out);
  const rate = images / ours.seconds;
  const memory = ours.megabytes === null ? '' : `, ${ours.megabytes.toFixed(0)} MB at most`;
  console.log(
    `vitrine backproject, ${availableParallelism()} cores: ${ours.seconds.toFixed(1)} s, ${rate.toFixed(0)} images/s${memory}`,
  );
  const python = existsSync('/usr/bin/python3') ? '/usr/bin/python3' : 'python3';
  const twin = run(
    python,
    join(import.meta.dirname, 'backprojection-twin.py'),
    ...files,
    '--first',
    asked['twin-images'],
  );
  const { imagesPerSecond } = JSON.parse(twin.said) as { imagesPerSecond: number };
  console.log(
    `the twin in NumPy: ${imagesPerSecond.toFixed(0)} images/s; ratio ${(rate / imagesPerSecond).toFixed(1)}`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
