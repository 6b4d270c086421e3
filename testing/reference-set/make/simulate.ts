// Step 1 of make.sh: the set's numbers, as the project's simulator gives them, into the folder named, one .npy an array; the
// Python of step 2 makes everything else of them.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { NumpyArray } from '../../../src/formats/numpy-arrays.ts';
import { writeNpy } from '../../../src/formats/npy.ts';
import { conformation } from '../../../src/imaging/molecule.ts';
import { SET, simulateSet } from '../set.ts';

const [folder] = process.argv.slice(2);
if (!folder) throw new Error('Name a folder.');
mkdirSync(folder, { recursive: true });
const { count, boxPixels, states, spanRadians } = SET;
const set = simulateSet();
const save = (name: string, shape: number[], data: Float32Array | Float64Array) =>
  writeFileSync(join(folder, `${name}.npy`), writeNpy(new NumpyArray(shape, data)));

const everyImage = Array.from({ length: count }, (_, i) => i);
save('images', [count, boxPixels, boxPixels], await set.images.read(everyImage));
save('rotations', [count, 3, 3], set.poses.rotations);
save('translations', [count, 2], set.poses.translations ?? new Float32Array(2 * count));
save('ctf', [count, 9], set.ctf ?? new Float32Array(9 * count));
save('state', [count], Float64Array.from(set.state));
save('angle', [count], set.anglesRadians[0]);
const { molecule } = set;
save('weights', [molecule.weights.length], molecule.weights);
for (const state of [0, states - 1]) {
  const { positions } = conformation(molecule, [spanRadians * (state / (states - 1) - 0.5)]);
  save(`positions_${state}`, [positions.length / 3, 3], positions);
}
writeFileSync(join(folder, 'set.json'), JSON.stringify(SET));
