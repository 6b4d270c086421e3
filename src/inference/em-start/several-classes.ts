// A start of several classes, for particles that move: no one map poses them all, and classes that are annealed together find their
// parts of the motion one after the other. Each that is found is set aside, for what it leaves to be found by others
// (docs/AB_INITIO.md).
import { Random } from '../../geometry/random.ts';
import { chosenImages } from '../pose-search/search-images.ts';
import { anneal, assignToClasses, costOf, type Annealing, type Stage } from './anneal.ts';
import { classesSchedule, settlingSchedule } from './schedule.ts';
import {
  countClasses,
  meanOf,
  type BetweenParts,
  type EmResult,
  type SettledClass,
  type StartPlan,
} from './start-plan.ts';
import type { VoxelEm } from './voxel-em.ts';

/** Steps that the later classes take at the measured noise: `hinge`'s second class comes out after 60 to 140. */
const SETTLE_STEPS = 200;
/** Steps of copies among the images that no class has, and of all classes among all images. */
const COPY_STEPS = 60;
const JOINT_STEPS = 40;
/** Classes that are set aside before the others become copies of them. */
const FOUND_CLASSES = 2;
/** Images that a start's evidence is taken from, at each of some orientations of the grid: maps in other frames suit others. */
const EVIDENCE_IMAGES = 400;
const EVIDENCE_TURNS = 3;

type Step = Pick<Stage, 'part' | 'classes' | 'schedule'>;

/** What classes are annealed with. */
export interface ClassesPlan {
  /** One that knows no map yet. */
  newEm: (random: Random) => VoxelEm;
  /** Band limit, Fourier pixels. */
  band: number;
  plan: Pick<StartPlan, 'classes' | 'patience'>;
}

/**
 * `at`: where an earlier call stood; `keep` is told after each part. Reads and draws no more
 * random numbers after a part than what stands in what is kept.
 */
export async function severalClasses(
  { newEm, band, plan: { classes, patience } }: ClassesPlan,
  shared: Annealing,
  whole: Pick<Stage, 'rows' | 'words' | 'from' | 'to'>,
  at: BetweenParts | null,
  keep: (at: BetweenParts) => void,
): Promise<Pick<EmResult, 'maps' | 'evidence'>> {
  const { random } = shared;
  const steps: Step[] = [
    { part: 'Classes', classes, schedule: classesSchedule(band, 0, patience) },
    { part: 'Other classes', classes: classes - 1, schedule: classesSchedule(band, SETTLE_STEPS, patience) },
    { part: 'Copies', classes: classes - FOUND_CLASSES, schedule: settlingSchedule(band, COPY_STEPS, patience) },
    { part: 'All classes', classes, schedule: settlingSchedule(band, JOINT_STEPS, patience) },
  ];
  const ends = endsOf(steps, whole);
  const run = (em: VoxelEm, step: number, rows: Uint32Array, settled: readonly SettledClass[]) =>
    anneal(em, { ...whole, ...steps[step], rows, settled, from: ends[step], to: ends[step + 1] }, shared);
  const emOf = (maps: readonly Float32Array[], noise: number | null) => {
    // The map that it draws is not used: a seed of its own, and the shared numbers are as they would be.
    const em = newEm(new Random(0));
    em.goOnWith(maps, noise);
    return em;
  };

  if (!at) {
    // All among all images: one class finds its images well before the others do.
    const em = newEm(random);
    await run(em, 0, whole.rows, []);
    at = { part: 1, noise: [em.noise], ...(await setAside(em, whole.rows, [], band, shared)) };
    keep(at);
  }
  if (at.part === 1 && at.rest.length > 0) {
    // The others anew, where they no longer have to hold their own against it.
    const em = newEm(random);
    await run(em, 1, at.rest, at.found);
    const noise = [...at.noise, em.noise];
    at = { part: 2, noise, ...(await setAside(em, at.rest, at.found, band, shared)) };
    keep(at);
  }
  const [allNoise, othersNoise] = at.noise;
  const kept = at.found.map(({ map }) => map);
  if (at.part === 2 && at.rest.length > 0 && at.maps.length > 0) {
    // What the two leave lies between them or beside them: copies move over to it, and keep the frames of the maps they come from.
    const em = emOf([], othersNoise);
    const copyOf = (map: Float32Array, i: number) => (i < kept.length ? map : em.nearly(map, random));
    em.goOnWith(
      at.maps.map((_, i) => copyOf(kept[i % kept.length], i)),
      othersNoise,
    );
    await run(em, 2, at.rest, at.found);
    const evidence = (maps: readonly Float32Array[]) => evidences(emOf([...kept, ...maps], allNoise), band, shared);
    // Kinds of particles that do not merge into each other may all have been found: no copy takes such a one's place.
    const [asFound, asCopies] = [await evidence(at.maps), await evidence(em.maps)];
    const stay = asFound.every((gains, turn) => clearlyLarger(gains, asCopies[turn]));
    at = { ...at, part: 3, maps: stay ? at.maps : em.maps };
    keep(at);
  }
  const all = emOf([...kept, ...at.maps], allNoise);
  await run(all, 3, whole.rows, []);
  return { maps: all.maps, evidence: meanOf((await evidences(all, band, shared)).map(meanOf)) };
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

/** The class that most images fit best joins those found; the maps of the others, and the images that are not its own. */
async function setAside(
  em: VoxelEm,
  rows: Uint32Array,
  found: readonly SettledClass[],
  band: number,
  shared: Annealing,
): Promise<Pick<BetweenParts, 'found' | 'maps' | 'rest'>> {
  const classOf = await assignToClasses(em, rows, band, shared);
  const counts = countClasses(classOf, em.maps.length);
  const images = Math.max(...counts);
  const largest = counts.indexOf(images);
  return {
    found: [...found, { map: em.maps[largest], images }],
    maps: em.maps.filter((_, c) => c !== largest),
    rest: rows.filter((_, i) => classOf[i] !== largest),
  };
}

/** Log-likelihood gains of some of the images, other ones at each orientation of the grid. */
async function evidences(em: VoxelEm, band: number, { read, scorer }: Annealing): Promise<Float32Array[]> {
  const every = Math.ceil(read.count / EVIDENCE_IMAGES);
  const found: Float32Array[] = [];
  for (let turn = 0; turn < EVIDENCE_TURNS; turn++) {
    const first = Math.floor((turn * every) / EVIDENCE_TURNS);
    const sample = Uint32Array.from({ length: Math.ceil((read.count - first) / every) }, (_, i) => first + i * every);
    em.turn(new Random(turn));
    const { logEvidence } = await em.look(chosenImages(read, scorer.points.count, sample), { band, heat: 1 });
    found.push(logEvidence);
  }
  return found;
}
