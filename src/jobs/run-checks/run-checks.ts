// The checks of a run by name, one after the other, each kept as it ends.
import { throwIfCancelled } from '../../base/errors.ts';
import { saveRunCheck, type RunCheck, type RunCheckName } from './check.ts';
import type { CheckOptions, CheckWork } from './check-work.ts';
import { checkCircular } from './circular-check.ts';
import { checkHalves, checkPhases } from './halves-check.ts';
import { checkImages } from './images-check.ts';
import { checkNull } from './null-check.ts';
import { checkLeaks, checkPopulations } from './table-checks.ts';

type Check = (work: CheckWork, options: CheckOptions) => Promise<RunCheck>;

const CHECKS: Record<RunCheckName, Check> = {
  halves: checkHalves,
  phases: checkPhases,
  circular: checkCircular,
  null: checkNull,
  leakage: checkLeaks,
  populations: checkPopulations,
  images: checkImages,
};

/**
 * Resolves to what each said. One that is cancelled leaves the models that it has fitted, and goes on from them. Errors: those of the
 * checks, 'cancelled'.
 */
export async function checkRun(
  work: CheckWork,
  names: readonly RunCheckName[],
  options: CheckOptions,
  onCheck?: (check: RunCheck) => void,
): Promise<RunCheck[]> {
  const found: RunCheck[] = [];
  for (const name of names) {
    const check = await CHECKS[name](work, options).catch((error: unknown) => {
      // Readers of images break off with an error of their own.
      throwIfCancelled(options.signal);
      throw error;
    });
    await saveRunCheck(work.run, check);
    onCheck?.(check);
    found.push(check);
  }
  return found;
}
