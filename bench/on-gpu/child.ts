// One part in a process of its own: step after step until its time is used up, each with its deadline and its line. What a step
// leaves undone costs its device; a step that stops the whole process costs that process, and the parent goes on behind it.
import { PartContext, type Part, type Step } from './part-context.ts';
import type { Options } from './options.ts';

/** From the child to its parent: which step begins, and how long silence is to be borne. */
export interface Word {
  step: number;
  name: string;
  patienceSeconds: number;
}

function tell(word: Word): Promise<void> {
  return new Promise((resolve) => {
    if (process.send) process.send(word, undefined, undefined, () => resolve());
    else resolve();
  });
}

async function inTime<T>(work: Promise<T>, seconds: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${seconds.toFixed(0)} s`)), 1000 * seconds);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const found = (error as { detail?: { found?: string } }).detail?.found;
  return [error.message, found].filter(Boolean).join(' ').slice(0, 2000);
}

async function attempt(step: Step, context: PartContext): Promise<void> {
  const begin = performance.now();
  const seconds = () => (performance.now() - begin) / 1000;
  try {
    const data = await inTime(step.run(context), step.patienceSeconds);
    context.note(step.name, seconds(), data === undefined ? {} : { data });
  } catch (error) {
    context.note(step.name, seconds(), { error: wordsOf(error) });
    context.drop();
  }
}

export async function runPart(part: Part, options: Options): Promise<void> {
  const until = performance.now() + 1000 * options.seconds;
  const context = new PartContext(options, part.toggles ?? [], part.name);
  await tell({ step: options.from - options.stride, name: 'its beginning', patienceSeconds: 60 });
  const steps = await part.steps(context);
  const numbers = steps.map((_, number) => number).slice(options.from);
  const own = numbers.filter((number) => (number - options.from) % options.stride === 0);
  for (const [done, number] of own.entries()) {
    const left = (until - performance.now()) / 1000;
    if (left <= 0) {
      const names = own.slice(done).map((other) => steps[other].name);
      context.note('time is up', 0, { error: `${names.length} steps were not reached`, data: { names } });
      break;
    }
    const patienceSeconds = Math.min(context.patience * steps[number].patienceSeconds, left + 2);
    await tell({ step: number, name: steps[number].name, patienceSeconds });
    await attempt({ ...steps[number], patienceSeconds }, context);
  }
}
