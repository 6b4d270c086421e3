// A start of several classes, for particles that move: no one map poses them all, and classes that are annealed together find their
// parts of the motion one after the other. Each that is found is set aside, for what it leaves to be found by others
// (docs/AB_INITIO.md).
import { chosenImages } from '../pose-search/search-images.ts';
import { anneal, classesOf, costOf, type Annealing, type SettledClass, type Stage } from './anneal.ts';
import { classesSchedule, settlingSchedule } from './schedule.ts';
import { countClasses, meanOf, type EmResult, type StartPlan } from './start-plan.ts';
import type { VoxelEm } from './voxel-em.ts';

/** Steps that the later classes take at the measured noise: `hinge`'s second class comes out after 60 to 140. */
const SETTLE_STEPS = 200;
/** Steps of copies among the images that no class has, and of all classes among all images. */
const COPY_STEPS = 60;
const JOINT_STEPS = 40;
/** Classes that are set aside before the others become copies of them. */
const FOUND_CLASSES = 2;
/** Images that a start's evidence is taken from. */
const EVIDENCE_IMAGES = 1000;

type Step = Pick<Stage, 'part' | 'classes' | 'schedule'>;

/** `newEm`: one that knows no map yet. */
export async function severalClasses(
  newEm: () => VoxelEm,
  shared: Annealing,
  whole: Pick<Stage, 'rows' | 'words' | 'from' | 'to'>,
  band: number,
  { classes, patience }: StartPlan,
): Promise<Pick<EmResult, 'maps' | 'evidence'>> {
  const steps: Step[] = [
    { part: 'Classes', classes, schedule: classesSchedule(band, 0, patience) },
    { part: 'Other classes', classes: classes - 1, schedule: classesSchedule(band, SETTLE_STEPS, patience) },
    { part: 'Copies', classes: classes - FOUND_CLASSES, schedule: settlingSchedule(band, COPY_STEPS, patience) },
    { part: 'All classes', classes, schedule: settlingSchedule(band, JOINT_STEPS, patience) },
  ];
  const ends = endsOf(steps, whole);
  const run = (em: VoxelEm, step: number, rows: Uint32Array, settled: readonly SettledClass[]) =>
    anneal(em, { ...whole, ...steps[step], rows, settled, from: ends[step], to: ends[step + 1] }, shared);

  // All among all images: one class finds its images well before the others do.
  const all = newEm();
  await run(all, 0, whole.rows, []);
  const first = await largestClass(all, whole.rows, band, shared);
  // The others anew, where they no longer have to hold their own against it.
  if (first.rest.length > 0) {
    const others = newEm();
    await run(others, 1, first.rest, [first.found]);
    const second = await largestClass(others, first.rest, band, shared);
    let later = second.others;
    if (second.rest.length > 0 && later.length > 0) {
      // What the two leave lies between them or beside them: copies move over to it, and keep the frames of the maps they come from.
      const found = [first.found, second.found];
      const copyOf = (map: Float32Array, i: number) => (i < found.length ? map : others.nearly(map, shared.random));
      others.goOnWith(later.map((_, i) => copyOf(found[i % found.length].map, i)));
      await run(others, 2, second.rest, found);
      const kept = found.map(({ map }) => map);
      const evidence = (maps: readonly Float32Array[]) => evidences(all, [...kept, ...maps], band, shared);
      // Kinds of particles that do not merge into each other may all have been found: no copy takes such a one's place.
      if (!clearlyLarger(await evidence(later), await evidence(others.maps))) later = others.maps;
    }
    all.goOnWith([first.found.map, second.found.map, ...later]);
    await run(all, 3, whole.rows, []);
  }
  return { maps: all.maps, evidence: meanOf(await evidences(all, all.maps, band, shared)) };
}

/** Whether the mean of `a` lies more than two standard errors of the pairs' differences above that of `b`. */
export function clearlyLarger(a: Float32Array, b: Float32Array): boolean {
  const differences = a.map((value, i) => value - b[i]);
  const mean = meanOf(differences);
  const variance = meanOf(differences.map((value) => (value - mean) ** 2));
  return mean > 2 * Math.sqrt(variance / differences.length);
}

/** Where each step begins, and the last one ends, of the start's progress: by what they cost. */
function endsOf(steps: readonly Step[], { from, to }: Pick<Stage, 'from' | 'to'>): number[] {
  const costs = steps.map(({ schedule, classes }) => costOf(schedule, classes));
  const whole = costs.reduce((a, b) => a + b, 0);
  let sum = 0;
  return [from, ...costs.map((cost) => from + ((to - from) * (sum += cost)) / whole)];
}

/** The class that most images fit best, the maps of the others, and the images that are not its own. */
async function largestClass(em: VoxelEm, rows: Uint32Array, band: number, shared: Annealing) {
  const classOf = await classesOf(em, rows, band, shared);
  const counts = countClasses(classOf, em.maps.length);
  const images = Math.max(...counts);
  const largest = counts.indexOf(images);
  const found: SettledClass = { map: em.maps[largest], images };
  return {
    found,
    others: em.maps.filter((_, c) => c !== largest),
    rest: rows.filter((_, i) => classOf[i] !== largest),
  };
}

/** Log-likelihood gains of some of the images under these maps, which become the annealing's. */
async function evidences(em: VoxelEm, maps: readonly Float32Array[], band: number, shared: Annealing) {
  const { read, scorer } = shared;
  const every = Math.ceil(read.count / EVIDENCE_IMAGES);
  const sample = Uint32Array.from({ length: Math.ceil(read.count / every) }, (_, i) => i * every);
  em.goOnWith(maps);
  const { logEvidence } = await em.look(chosenImages(read, scorer.points.count, sample), { band, heat: 1 });
  return logEvidence;
}
