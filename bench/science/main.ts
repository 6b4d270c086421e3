// `npm run bench:science`: the simulated experiments of Zhong's thesis with the project's own simulator, learned and scored by the
// command line as a person has it. Tables in Markdown; with --write kept in bench/science/RESULTS.md.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { findMachine } from '../machine.ts';
import { keep, markdown, type Part } from '../report.ts';
import { SIZES, type Experiment, type Row, type Size } from './experiment.ts';
import { compositional, rareState } from './experiments/compositions.ts';
import { motions } from './experiments/motions.ts';
import { poseGrids } from './experiments/pose-grids.ts';
import { unposed } from './experiments/unposed.ts';
import { Work, type Lane } from './work.ts';

const EXPERIMENTS: Experiment[] = [...motions, compositional, rareState, ...unposed, poseGrids];

const HELP = `npm run bench:science -- [options]
  --size small|full  small (the default) in under 40 minutes on 2 cores; full at the thesis's sizes, for a graphics processor
  --only A,B         experiments by their names (--list)
  --lanes N          experiments at a time, a core each (default: 2 on the CPU, 1 on a graphics processor)
  --device cpu|gpu   what learns (default: cpu for small, gpu for full)
  --seed N           0
  --list             names the experiments
  --write            keeps the tables in bench/science/RESULTS.md`;

const { values: asked } = parseArgs({
  options: {
    size: { type: 'string', default: 'small' },
    only: { type: 'string' },
    lanes: { type: 'string' },
    device: { type: 'string' },
    seed: { type: 'string', default: '0' },
    list: { type: 'boolean' },
    write: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});

/** An experiment that ran, or why not. */
interface Outcome {
  experiment: Experiment;
  rows: Row[];
  seconds: number;
  failure: string | null;
}

function part(size: Size, { experiment, rows, seconds, failure }: Outcome): Part {
  const { name, thesis, differs } = experiment;
  return {
    title: `${name} (thesis: ${thesis})`,
    notes: [`Differs: ${differs}; ${size.boxPixels}². ${failure ?? `${seconds.toFixed(0)} s.`}`],
    header: ['figure', 'value', 'to reach'],
    rows: rows.map(({ figure, value, toReach }) => [
      figure,
      value,
      toReach ? `${toReach.words}: ${toReach.reached ? 'reached' : 'missed'}` : '',
    ]),
  };
}

async function inLanes(experiments: Experiment[], lanes: Lane[], size: Size): Promise<Outcome[]> {
  const waiting = [...experiments];
  const outcomes: Outcome[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'vitrine-science-'));
  const run = async (lane: Lane): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const experiment = next;
      const own = join(folder, experiment.name.replaceAll(' ', '-'));
      const began = performance.now();
      const outcome: Outcome = { experiment, rows: [], seconds: 0, failure: null };
      try {
        outcome.rows = await experiment.run(new Work(size, Number(asked.seed), own, lane));
      } catch (error) {
        outcome.failure = `Failed: ${error instanceof Error ? error.message : String(error)}`;
      }
      outcome.seconds = (performance.now() - began) / 1000;
      rmSync(own, { recursive: true, force: true });
      console.log(`${markdown(part(size, outcome))}\n`);
      outcomes.push(outcome);
    }
  };
  try {
    await Promise.all(lanes.map(run));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return experiments.flatMap((experiment) => outcomes.filter((outcome) => outcome.experiment === experiment));
}

async function main(): Promise<void> {
  if (asked.help) return console.log(HELP);
  if (asked.list) return console.log(EXPERIMENTS.map(({ name, thesis }) => `${name} (${thesis})`).join('\n'));
  const size = (SIZES as Partial<Record<string, Size>>)[asked.size];
  if (!size) throw new Error(`--size ${asked.size}: small or full.`);
  const device = (asked.device ?? (size.name === 'full' ? 'gpu' : 'cpu')) as Lane['device'];
  const names = asked.only?.toLowerCase().split(',');
  const chosen = EXPERIMENTS.filter(({ name }) => names?.includes(name.toLowerCase()) ?? true);
  const count = asked.lanes ? Number(asked.lanes) : device === 'gpu' ? 1 : Math.min(2, availableParallelism());
  // One thread each: on threads of their own two runs wait for each other at every product.
  const canBind = device === 'cpu' && spawnSync('taskset', ['-p', '1']).status === 0;
  const lanes = Array.from({ length: count }, (_, lane): Lane => ({ core: canBind ? lane : null, device }));
  const began = performance.now();
  const outcomes = await inLanes(chosen, lanes, size);
  const minutes = ((performance.now() - began) / 60_000).toFixed(1);
  const on = device === 'gpu' ? (await findMachine()).adapter : (cpus()[0]?.model ?? 'CPU');
  const date = new Date().toISOString().slice(0, 10);
  const { boxPixels, images, unposedImages, rareImages, snr, unposedSnr, rareSnr } = size;
  const sizes =
    `${images.toLocaleString('en')} images of ${boxPixels}² at SNR ${snr}; without poses ${unposedImages.toLocaleString('en')} at ` +
    `${unposedSnr}; of the rare state ${rareImages.toLocaleString('en')} at ${rareSnr}`;
  const head = `${date}, ${on}, ${count} at a time, seed ${asked.seed}: ${minutes} minutes in all. Sets: ${sizes}.`;
  console.log(head);
  const missed = outcomes.filter(
    ({ failure, rows }) => failure ?? rows.some(({ toReach }) => toReach && !toReach.reached),
  );
  console.log(
    missed.length === 0
      ? 'All that was to be reached was.'
      : `Missed: ${missed.map((o) => o.experiment.name).join(', ')}.`,
  );
  if (asked.write) {
    const path = resolve(import.meta.dirname, 'RESULTS.md');
    const text = [head, ...outcomes.map((outcome) => markdown(part(size, outcome)))].join('\n\n');
    keep(path, `${size.name}, ${on}`, text);
  }
  if (missed.length > 0) process.exitCode = 1;
}

await main();
// Dawn keeps threads of its own.
process.exit();
