// How evenly Fourier space is sampled by the views: an image fills the plane through the origin normal to its viewing direction, so a
// direction u of Fourier space is reached by the views d with |u·d| < δ. Sampling compensation factor (Baldwin & Lyumkis 2020, Prog.
// Biophys. Mol. Biol. 150): harmonic over arithmetic mean of the sampling over all u, 1 for even views, 0.81 for side views all around.
import type { Poses } from '../formats/particles.ts';
import { pixelDirection } from '../geometry/healpix.ts';
import { inWords, measure, type Finding, type Measure } from './finding.ts';
import { evenRows } from './scan.ts';

const VIEWS = 20_000;
/** Of the sphere of Fourier directions, 7° apart. */
const NSIDE = 8;
/** Half a Fourier pixel at ring 10. */
const HALF_THICKNESS = 0.05;
/** A view counts to a direction within this many degrees of it, on either side. */
const HEAP_DEGREES = 30;
/** Fewer leave gaps by chance: 200·δ = 10 views a direction. */
const LEAST_VIEWS = 200;
/** Below, maps are visibly drawn out along some direction (Baldwin & Lyumkis, figure 6: resolution varies by a third). */
const UNEVEN = 0.5;
/** Directions never reached: a cone of half-angle 26° is a tenth of them, the cone of a 60° tilt series 13 %. */
const MISSING = 0.1;
/** Half of it on the way there: a hole worth a look. */
const GAP = 0.005;

export interface Sampling {
  /** 0 … 1; of the directions that are reached. */
  factor: number;
  /** Share of Fourier directions that no view reaches. */
  unreached: number;
  /** Largest share of views within HEAP_DEGREES of one direction or its opposite, and what even views have there. */
  heap: number;
  evenHeap: number;
}

/** Sampling of N×9 rotations. */
export function samplingOf(rotations: Float32Array): Sampling {
  const used = evenRows(rotations.length / 9, VIEWS);
  const views = Float64Array.from(
    { length: 3 * used.length },
    (_, i) => rotations[9 * used[Math.floor(i / 3)] + 6 + (i % 3)],
  );
  const cosHeap = Math.cos((HEAP_DEGREES * Math.PI) / 180);
  const pixels = 12 * NSIDE * NSIDE;
  let [sum, inverse, reached, total, heap] = [0, 0, 0, 0, 0];
  for (let pixel = 0; pixel < pixels; pixel++) {
    const [theta, phi] = pixelDirection(NSIDE, pixel);
    const [x, y, z] = [Math.sin(theta) * Math.cos(phi), Math.sin(theta) * Math.sin(phi), Math.cos(theta)];
    // u and −u are one direction.
    if (z < 0) continue;
    let [across, along] = [0, 0];
    for (let i = 0; i < views.length; i += 3) {
      const cos = Math.abs(views[i] * x + views[i + 1] * y + views[i + 2] * z);
      if (cos < HALF_THICKNESS) across++;
      if (cos > cosHeap) along++;
    }
    total++;
    heap = Math.max(heap, along / used.length);
    sum += across;
    if (across === 0) continue;
    reached++;
    inverse += 1 / across;
  }
  const factor = reached === 0 ? 0 : reached / inverse / (sum / total);
  return { factor: Math.min(1, factor), unreached: 1 - reached / total, heap, evenHeap: 1 - cosHeap };
}

export function checkDirections(poses: Poses | null): Finding {
  const check = 'directions' as const;
  if (!poses)
    return {
      ...{ check, verdict: 'cannot say', measures: [] },
      sentence: 'There are no poses, so the directions of the views are not known.',
      advice: 'Ab initio finds poses from the images; where views lie in one direction only, no method can.',
    };
  const count = poses.rotations.length / 9;
  if (count < LEAST_VIEWS)
    return {
      ...{ check, verdict: 'cannot say', measures: [measure('views', count)] },
      sentence: `${count} views are too few to say how evenly they cover all directions.`,
      advice: null,
    };
  const { factor, unreached, heap, evenHeap } = samplingOf(poses.rotations);
  const measures: Measure[] = [
    measure('sampling compensation factor', factor),
    measure('Fourier directions not reached', 100 * unreached, '%'),
    measure(`views within ${HEAP_DEGREES}° of the commonest direction`, 100 * heap, '%'),
    measure('of even views', 100 * evenHeap, '%'),
  ];
  const heaped = `${inWords(100 * heap)} % of the views lie within ${HEAP_DEGREES}° of one direction (of even views ${inWords(100 * evenHeap)} %)`;
  if (unreached > MISSING)
    return {
      ...{ check, verdict: 'wrong', measures },
      sentence: `Views cover too few directions: ${inWords(100 * unreached)} % of Fourier space is never seen; ${heaped}.`,
      advice:
        'Maps are smeared along the missing directions. Collect tilted (30° to 40°), or find the rare views; do not read motion along them.',
    };
  if (factor < UNEVEN || unreached > GAP)
    return {
      ...{ check, verdict: 'look', measures },
      sentence: `Views are uneven: ${heaped}; sampling compensation factor ${inWords(factor)}.`,
      advice: 'Thin out the common views, or collect tilted; motion is seen worst where views are rare.',
    };
  return {
    ...{ check, verdict: 'good', measures },
    sentence: `Views cover all directions (sampling compensation factor ${inWords(factor)}; 1 is even).`,
    advice: null,
  };
}
