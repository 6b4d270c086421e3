// Milliseconds that the analysis worker takes for one move of a component's slider (q = 4): npx tsx bench/component-slider.ts
// What the screen then draws is not in it; e2e/first-look.story.ts prints the maps a second with it.
import { ComponentMaps } from '../workers/component-maps.ts';

const COMPONENTS = 4;
const MOVES = 100;

/** Blobs about as large as a particle in its box, each component a little to the side of the one before. */
function blob(d: number, shift: number): Float32Array {
  return Float32Array.from({ length: d ** 3 }, (_, v) => {
    const [x, y, z] = [v % d, Math.floor(v / d) % d, Math.floor(v / (d * d))].map((at) => at / d - 0.5);
    const ripple = 1 + 0.4 * Math.sin(40 * x + shift) * Math.sin(37 * y) * Math.sin(33 * z);
    return ripple * Math.exp(-((x - 0.06 * shift) ** 2 / 0.02 + (y + 0.04 * shift) ** 2 / 0.015 + z ** 2 / 0.015));
  });
}

for (const d of [32, 64]) {
  const [mean, ...components] = Array.from({ length: COMPONENTS + 1 }, (_, a) => blob(d, a));
  const maps = new ComponentMaps(({ z }) => {
    const values = mean.map((value, i) => components.reduce((sum, map, a) => sum + 0.2 * z[a] * map[i], value));
    return Promise.resolve({ boxPixels: d, pixelSizeAngstrom: 160 / d, epoch: 1, values });
  });
  const place = { runId: 'bench', epoch: null, boxPixels: d, components: COMPONENTS };
  const move = (i: number) => maps.surface(place, [3 * Math.sin(i / 8), 0.5, -0.5, 1], { kind: 'suggested' }, {});
  for (let i = 0; i < 10; i++) await move(i);
  const before = process.cpuUsage();
  let triangles = 0;
  for (let i = 0; i < MOVES; i++) triangles += (await move(i)).mesh.indices.length / 3;
  const { user, system } = process.cpuUsage(before);
  const milliseconds = (user + system) / 1000 / MOVES;
  console.log(`${d}³, ${Math.round(triangles / MOVES)} triangles: processor ${milliseconds.toFixed(2)} ms a move`);
}
