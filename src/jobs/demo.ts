// The demonstration set: 2000 simulated images of the project's own two-domain molecule, whose arm swings about a hinge.
// Made from a seed, so that it is the same in the browser, on the command line and after a reload.
import { countedInOriginal, countedInTable, everyRow } from '../base/particle-identity.ts';
import type { ParticleSet } from '../formats/particles.ts';
import { parseStarParticles } from '../formats/star/star-particles.ts';
import { simulate, type Simulation } from '../imaging/simulate.ts';
import { simulationStar } from './simulate-job.ts';

/** What the demonstration set is simulated from. */
export const DEMO = {
  count: 2000,
  boxPixels: 32,
  pixelSizeAngstrom: 4,
  states: 20,
  spanRadians: 2,
  snr: 0.5,
  shiftPixels: 1,
  seed: 7,
} as const;

/** Simulates the demonstration set. */
export function demoSimulation(): Simulation {
  return simulate(DEMO);
}

/** The demonstration set as a person's would be read, from its STAR table. */
export function demoSet(simulation: Simulation): ParticleSet {
  const { images, poses, ctf } = simulation;
  const table = parseStarParticles(new TextEncoder().encode(simulationStar(simulation)), 'demo.star');
  return {
    name: 'Two-domain demo',
    count: images.count,
    boxPixels: images.boxPixels,
    pixelSizeAngstrom: images.pixelSizeAngstrom,
    images,
    poses,
    ctf,
    originalIndex: countedInOriginal(everyRow(images.count)),
    originalCount: images.count,
    opticsGroups: table.opticsGroups,
    optics: null,
    opticsGroupOf: null,
    table,
    tableRows: countedInTable(everyRow(images.count)),
    warnings: [],
  };
}
