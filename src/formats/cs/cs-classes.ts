// Alignments of several classes a particle: alignments_class_N/* of ab initio, alignments3D_multi/* of heterogeneous
// refinement. Which of them is a particle's pose is for a person to say: one class for all, or each particle's most probable.
import type { CsFields } from './cs-particles.ts';
import { finiteValues, refuseNotFinite, valuesOfField } from './cs-values.ts';
import { VitrineError, type Notice } from '../../base/errors.ts';
import { once } from '../../base/once.ts';
import type { ReadingQuestion } from '../drop/understanding.ts';

/** 0-based class, or each particle's class of highest posterior. */
export type PoseClass = number | 'best';

export interface CsClasses {
  /** Numbers of the classes as the file has them, ascending. */
  classes: number[];
  /** 'alignments_class_0' … or 'alignments3D_multi'. */
  prefix: string;
  /** Whether the file says how probable each class is. */
  hasPosterior: boolean;
  /** Particles whose most probable class is `classes[i]`; null without posterior. Error: one that is not finite. */
  counts(): number[] | null;
  /** Errors: 'value-out-of-range' (no such class, 'best' without posterior, or a value taken that is not finite). */
  alignment(poseClass: PoseClass): {
    pose: Float64Array;
    shift: Float64Array | null;
    pixelSizes: Float64Array | null;
  };
}

/** Values of one class: rows×width, finite or not. */
interface OneClass {
  pose(): Float64Array | null;
  shift(): Float64Array | null;
  pixelSizes(): Float64Array | null;
  posterior(): Float64Array | null;
}

/** Null where the table has no such alignments. */
export function csClasses(fields: CsFields): CsClasses | null {
  const multi = multiClasses(fields);
  const separate = multi ? null : separateClasses(fields);
  const found = multi ?? separate;
  if (!found) return null;
  const { classes, of, prefix, hasPosterior } = found;
  const rows = fields.table.rows;
  // Of the classes that are not taken nothing is read.
  const best = once(() => {
    const posteriors = of.map((one) => one.posterior());
    for (const values of posteriors) refuseNotFinite(fields, `${prefix}/class_posterior`, values);
    return Int32Array.from({ length: rows }, (_, row) =>
      posteriors.reduce((most, values, i) => (values![row] > posteriors[most]![row] ? i : most), 0),
    );
  });
  const refuse = (found: string, advice?: string): never => {
    throw new VitrineError('value-out-of-range', 'The file has no such class of alignments.', {
      file: fields.table.fileName,
      field: prefix,
      expected: `one of the classes ${classes.join(', ')}${hasPosterior ? ', or best' : ''}`,
      found,
      ...(advice !== undefined && { advice }),
    });
  };
  return {
    classes,
    prefix,
    hasPosterior,
    counts: () =>
      hasPosterior ? classes.map((_, i) => best().reduce((count, chosen) => count + (chosen === i ? 1 : 0), 0)) : null,
    alignment(poseClass) {
      const at = poseClass === 'best' ? -1 : classes.indexOf(poseClass);
      if (poseClass === 'best' && !hasPosterior)
        return refuse('best', 'The file does not say how probable each class is.');
      if (poseClass !== 'best' && at < 0) return refuse(String(poseClass));
      const pick = (read: (one: OneClass) => Float64Array | null, width: number): Float64Array | null => {
        if (poseClass !== 'best') return read(of[at]);
        const all = of.map(read);
        if (all.some((values) => values === null)) return null;
        const chosen = best();
        return Float64Array.from({ length: rows * width }, (_, i) => all[chosen[Math.floor(i / width)]]![i]);
      };
      const taken = {
        pose: pick((one) => one.pose(), 3) ?? refuse(String(poseClass)),
        shift: pick((one) => one.shift(), 2),
        pixelSizes: pick((one) => one.pixelSizes(), 1),
      };
      refuseNotFinite(fields, `${prefix}/pose`, taken.pose, 3);
      refuseNotFinite(fields, `${prefix}/shift`, taken.shift, 2);
      refuseNotFinite(fields, `${prefix}/psize_A`, taken.pixelSizes);
      return taken;
    },
  };
}

function separateClasses(fields: CsFields) {
  const classes = fields
    .names()
    .flatMap((name) => /^alignments_class_(\d+)\/pose$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b);
  if (classes.length === 0) return null;
  const of = classes.map((number): OneClass => {
    const read = (field: string, width: number) => valuesOfField(fields, `alignments_class_${number}/${field}`, width);
    return {
      pose: () => read('pose', 3),
      shift: () => read('shift', 2),
      pixelSizes: () => read('psize_A', 1),
      posterior: () => read('class_posterior', 1),
    };
  });
  const hasPosterior = classes.every((number) => fields.has(`alignments_class_${number}/class_posterior`));
  return { classes, of, prefix: `alignments_class_${classes.length > 1 ? 'N' : classes[0]}`, hasPosterior };
}

function multiClasses(fields: CsFields) {
  const prefix = 'alignments3D_multi';
  const pose = fields.numbers(`${prefix}/pose`);
  const rows = fields.table.rows;
  if (!pose || rows === 0) return null;
  const count = pose.length / rows / 3;
  if (!Number.isInteger(count)) return null;
  const numbers = finiteValues(fields, `${prefix}/class`, count);
  const part = (field: string, width: number, at: number): Float64Array | null => {
    const whole = valuesOfField(fields, `${prefix}/${field}`, width * count);
    return (
      whole &&
      Float64Array.from({ length: rows * width }, (_, i) => {
        return whole[(Math.floor(i / width) * count + at) * width + (i % width)];
      })
    );
  };
  const of = Array.from({ length: count }, (_, at): OneClass => ({
    pose: () => part('pose', 3, at),
    shift: () => part('shift', 2, at),
    pixelSizes: () => valuesOfField(fields, `${prefix}/psize_A`),
    posterior: () => part('class_posterior', 1, at),
  }));
  // Classes are numbered by their place, unless the file numbers them alike in every row.
  const first = numbers?.subarray(0, count);
  const alike =
    numbers && first && new Set(first).size === count && numbers.every((value, i) => value === first[i % count]);
  return {
    classes: Array.from({ length: count }, (_, at) => (alike ? first[at] : at)),
    of,
    prefix,
    hasPosterior: fields.has(`${prefix}/class_posterior`),
  };
}

/** Said of a table whose particles have a pose a class and no single one; with the class that was said. */
export function severalClasses(fields: CsFields, { classes, prefix }: CsClasses, said?: PoseClass): Notice {
  return {
    code: 'alignments-of-classes',
    message: `The file holds one pose per class (${classes.length} classes, ${prefix})${
      said === undefined
        ? ', none per particle.'
        : said === 'best'
          ? "; each particle's is that of its most probable class."
          : `; those of class ${said} are taken.`
    }`,
    file: fields.table.fileName,
    field: `${prefix}/pose`,
  };
}

/** Classes that are offered one by one; a number may be said for the others. */
const OFFERED = 12;

/** Which class gives the poses. */
export function whichClass(fields: CsFields, { classes, prefix, hasPosterior, counts }: CsClasses): ReadingQuestion {
  const most = counts();
  const each = classes.slice(0, OFFERED).map((number, i) => ({
    says: `Those of class ${number} for all${most ? ` (the most probable of ${most[i].toLocaleString('en-US')})` : ''}.`,
    answer: { poseClass: number },
    option: `--class ${number}`,
  }));
  const best = {
    says: "Each particle's of its most probable class.",
    answer: { poseClass: 'best' as const },
    option: '--class best',
  };
  return {
    kind: 'reading',
    about: 'which-class',
    title: 'Which class are the poses taken from?',
    reason: `${prefix}/pose holds ${classes.length === 1 ? 'a pose of one class' : `a pose for each of ${classes.length} classes`}, and there is no alignments3D/pose.`,
    file: fields.table.fileName,
    readings: hasPosterior && classes.length > 1 ? [best, ...each] : each,
  };
}
