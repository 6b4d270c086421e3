// What checks of a run say, one JSON file a check in the run's folder (validate/NAME.json), so that what was checked need not be again.
import type { Finding, Measure } from '../../first-aid/finding.ts';
import type { RunFolder } from '../../library/runs.ts';

/** Checks of a run, in the order in which they are told. */
export const RUN_CHECKS = ['halves', 'phases', 'circular', 'null', 'leakage', 'populations', 'images'] as const;
/** One of them. */
export type RunCheckName = (typeof RUN_CHECKS)[number];

/** Names of the checks for people, and what each asks. */
export const RUN_CHECK_WORDS: Record<RunCheckName, { title: string; question: string }> = {
  halves: { title: 'Half sets', question: 'Do two models, each of half of the images, show the same?' },
  phases: { title: 'Random phases', question: 'Does a model show structure where the images have none?' },
  circular: { title: 'Circularity', question: 'Do images that a model has not seen show the states it puts them in?' },
  null: { title: 'Null data', question: 'What spread appears from a set that has one structure?' },
  leakage: { title: 'Leakage', question: 'Do latents follow pose, defocus, shift or group?' },
  populations: { title: 'Populations', question: 'How sure are the shares of the states?' },
  images: { title: 'Images', question: 'Which images does the run not explain, and is there CTF left in them?' },
};

/** Curves by shell behind a check: shell i at i/(D·pixel size). */
export interface CheckCurve {
  name: string;
  values: number[];
}

/** A table behind a check. */
export interface CheckTable {
  columns: string[];
  rows: (string | number)[][];
}

/** What one check says of a run. */
export interface RunCheck extends Pick<Finding, 'verdict' | 'sentence' | 'advice'> {
  version: 1;
  check: RunCheckName;
  measures: Measure[];
  curves: CheckCurve[];
  /** Shell beyond which curves should be near 0; null where none. */
  fromShell: number | null;
  boxPixels: number;
  pixelSizeAngstrom: number;
  table: CheckTable | null;
}

/** Folder of the checks, and of the models that they fit, in a run's. */
export const VALIDATE_FOLDER = 'validate';

const nameOf = (run: RunFolder, check: RunCheckName): string => run.path(`${VALIDATE_FOLDER}/${check}.json`);

/** Error 'storage'. */
export async function saveRunCheck(run: RunFolder, check: RunCheck): Promise<void> {
  await run.storage.write(nameOf(run, check.check), `${JSON.stringify(check, null, 1)}\n`);
}

/** Those that were made, in their order; files of another version are left out. */
export async function readRunChecks(run: RunFolder): Promise<RunCheck[]> {
  const found: RunCheck[] = [];
  for (const check of RUN_CHECKS) {
    const bytes = await run.storage.read(nameOf(run, check));
    if (!bytes) continue;
    const read = JSON.parse(new TextDecoder().decode(bytes)) as RunCheck;
    if (read.version === 1 && read.check === check) found.push(read);
  }
  return found;
}

/** Signs of the verdicts on a terminal; words go with them. */
const SIGNS: Record<RunCheck['verdict'], string> = { good: '✓', look: '?', wrong: '!', 'cannot say': '–' };

/** A check as lines of a terminal. */
export function runCheckLines({ check, verdict, sentence, advice }: RunCheck): string[] {
  const head = `${SIGNS[verdict]} ${RUN_CHECK_WORDS[check].title.padEnd(13)} ${verdict.padEnd(10)} ${sentence}`;
  return advice === null ? [head] : [head, `${' '.repeat(27)}→ ${advice}`];
}
