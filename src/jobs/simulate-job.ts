// Simulated particles as files, with their truth: particles.mrcs, particles.star (RELION 3.1), poses.pkl, ctf.pkl,
// labels.csv (state, angles, composition of each image), truth/truth_000.mrc …, simulate.json; of tilted images particles_tilt.mrcs.
import { throwIfCancelled } from '../base/errors.ts';
import { writeCtfPickle, writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { MrcStackWriter, writeMrcVolume } from '../formats/mrc-write.ts';
import { CTF_WIDTH, type ImageReader } from '../formats/particles.ts';
import { eulerFromMatrix } from '../geometry/rotation.ts';
import type { Simulation } from '../imaging/simulate.ts';
import type { Storage } from '../library/storage.ts';
import { csvOf } from './csv.ts';
import type { JobOptions } from './progress.ts';

const IMAGES_AT_ONCE = 100;

/** Paths of the files that a simulation wrote, below its storage. */
export interface SimulationFiles {
  stack: string;
  tilted: string | null;
  star: string;
  poses: string;
  ctf: string | null;
  labels: string;
  truth: string[];
}

/** Writes all files below `folder` ('' for the storage's root). `description` goes to simulate.json as it is. */
export async function writeSimulation(
  simulation: Simulation,
  storage: Storage,
  folder: string,
  description: Record<string, unknown>,
  options: JobOptions = {},
): Promise<SimulationFiles> {
  const path = (name: string): string => (folder === '' ? name : `${folder}/${name}`);
  const { images, tilted, poses, ctf } = simulation;
  const { boxPixels } = images;
  const pixelSizeAngstrom = images.pixelSizeAngstrom ?? 1;
  await writeStack(images, storage, path('particles.mrcs'), options);
  if (tilted) await writeStack(tilted.images, storage, path('particles_tilt.mrcs'), options);
  await storage.write(path('particles.star'), simulationStar(simulation));
  await storage.write(path('poses.pkl'), writePosePickle(poses));
  if (ctf) await storage.write(path('ctf.pkl'), writeCtfPickle(ctf));
  await storage.write(path('labels.csv'), labelsCsv(simulation));
  const truth: string[] = [];
  for (let state = 0; state < simulation.stateCount; state++) {
    throwIfCancelled(options.signal);
    const name = path(`truth/truth_${String(state).padStart(3, '0')}.mrc`);
    const values = simulation.truth(state);
    await storage.write(name, writeMrcVolume({ boxPixels, pixelSizeAngstrom, values }));
    truth.push(name);
  }
  await storage.write(path('simulate.json'), `${JSON.stringify(description, null, 1)}\n`);
  return {
    stack: path('particles.mrcs'),
    tilted: tilted && path('particles_tilt.mrcs'),
    star: path('particles.star'),
    poses: path('poses.pkl'),
    ctf: ctf && path('ctf.pkl'),
    labels: path('labels.csv'),
    truth,
  };
}

/** Writes the images as an MRC stack in mode 2, some at a time. Error 'cancelled', after which no file is left. */
async function writeStack(
  images: ImageReader,
  storage: Storage,
  path: string,
  { signal, onProgress }: JobOptions = {},
): Promise<void> {
  const { count, boxPixels } = images;
  const file = await storage.createWriter(path);
  try {
    const stack = new MrcStackWriter({ count, boxPixels, pixelSizeAngstrom: images.pixelSizeAngstrom ?? 1 }, (bytes) =>
      file.write(bytes),
    );
    for (let first = 0; first < count; first += IMAGES_AT_ONCE) {
      const size = Math.min(IMAGES_AT_ONCE, count - first);
      await stack.add(
        await images.read(
          Array.from({ length: size }, (_, i) => first + i),
          signal,
        ),
      );
      onProgress?.({
        fraction: (first + size) / count,
        message: `Simulating images: ${(first + size).toLocaleString('en')} of ${count.toLocaleString('en')}`,
      });
      // A signal that aborts in this thread is heard only between turns of the event loop.
      await new Promise((resolve) => setTimeout(resolve, 0));
    }
    await stack.close();
  } catch (error) {
    await file.abort();
    throw error;
  }
  await file.close();
}

/** The truth of each image as CSV: state, angles of the hinges in radians, and composition where there are several. */
function labelsCsv({ state, anglesRadians, composition, compositions }: Simulation): string {
  const columns = [
    { name: 'state', values: state as ArrayLike<number> },
    ...anglesRadians.map((values, hinge) => ({ name: hinge === 0 ? 'angle_rad' : `angle${hinge + 1}_rad`, values })),
  ];
  if (compositions.length > 1) columns.push({ name: 'composition', values: composition });
  return csvOf(columns);
}

const OPTICS = [
  'OpticsGroupName',
  'OpticsGroup',
  'Voltage',
  'SphericalAberration',
  'AmplitudeContrast',
  'ImagePixelSize',
  'ImageSize',
  'ImageDimensionality',
];
const POSE = ['AngleRot', 'AngleTilt', 'AnglePsi', 'OriginXAngst', 'OriginYAngst'];
const DEFOCUS = ['DefocusU', 'DefocusV', 'DefocusAngle', 'PhaseShift'];

/** particles.star of a simulated set whose stack lies beside it as particles.mrcs. */
export function simulationStar({ images, poses, ctf }: Simulation): string {
  const { count, boxPixels } = images;
  const pixelSizeAngstrom = images.pixelSizeAngstrom ?? 1;
  const head = (block: string, columns: string[]): string[] => [
    '',
    '# version 30001',
    '',
    `data_${block}`,
    '',
    'loop_',
    ...columns.map((column, i) => `_rln${column} #${i + 1}`),
  ];
  // Without a CTF the optics still name a microscope: readers expect the columns.
  const [voltage, aberration, contrast] = ctf ? [ctf[5], ctf[6], ctf[7]] : [300, 2.7, 0.1];
  const lines = [
    ...head('optics', OPTICS),
    `opticsGroup1 1 ${voltage.toFixed(1)} ${aberration.toFixed(2)} ${contrast.toFixed(3)} ${pixelSizeAngstrom} ${boxPixels} 2`,
    ...head('particles', ['ImageName', 'OpticsGroup', ...(ctf ? DEFOCUS : []), ...POSE]),
  ];
  for (let i = 0; i < count; i++) {
    const row = [`${String(i + 1).padStart(6, '0')}@particles.mrcs`, '1'];
    if (ctf) {
      const at = i * CTF_WIDTH;
      row.push(ctf[at + 2].toFixed(2), ctf[at + 3].toFixed(2), ctf[at + 4].toFixed(3), ctf[at + 8].toFixed(3));
    }
    const angstrom = boxPixels * pixelSizeAngstrom;
    const [x, y] = poses.translations ? [poses.translations[2 * i], poses.translations[2 * i + 1]] : [0, 0];
    row.push(
      ...eulerFromMatrix(poses.rotations, 9 * i).map((angle) => angle.toFixed(5)),
      (x * angstrom).toFixed(5),
      (y * angstrom).toFixed(5),
    );
    lines.push(row.join(' '));
  }
  return `${lines.join('\n')}\n`;
}
