// The hand of a run turned: the weights and poses of every epoch that is kept, and the maps of its start.
import { kindOf } from '../field/kinds.ts';
import { VitrineError } from '../base/errors.ts';
import { readCryodrgnPickle, writePosePickle } from '../formats/cryodrgn-pickles.ts';
import { readMrcVolume } from '../formats/mrc-volume.ts';
import { writeMrcVolume } from '../formats/mrc-write.ts';
import { mirrorPoses, mirrorVolume } from '../imaging/hand.ts';
import type { RunRecord } from '../library/run-record.ts';
import type { RunFolder } from '../library/runs.ts';
import { linearStartOf } from './linear-start.ts';

/** The weights of every epoch that is kept. */
async function mirrorEpochs(run: RunFolder): Promise<void> {
  const record = await run.record();
  const { learningRate, weightDecay } = record?.params ?? { learningRate: 0, weightDecay: 0 };
  for (const epoch of await run.epochs()) {
    const { field, checkpoint } = await run.loadCheckpoint(epoch);
    const { mirror } = kindOf(field);
    if (!mirror)
      throw new VitrineError('usage', 'The other hand of this kind of field cannot be made.', {
        advice: 'Mirror its maps in the program that shows them.',
      });
    const mirrored = mirror(checkpoint);
    await run.writeWeights(field, { ...mirrored, epoch }, { learningRate, weightDecay });
  }
}

/** Poses that a run was given. */
async function mirrorGivenPoses(run: RunFolder): Promise<void> {
  const name = 'pose.pkl';
  const bytes = await run.storage.read(run.path(name));
  const read = bytes && readCryodrgnPickle(bytes, name);
  if (read?.kind === 'poses') await run.storage.write(run.path(name), writePosePickle(mirrorPoses(read.poses)));
}

/** Done twice the run is as it was. Errors: 'usage' for a run whose poses are the dataset's, those of its files. */
export async function flipHand(run: RunFolder): Promise<RunRecord> {
  const record = await run.record();
  if (!record || record.job !== 'ab-initio')
    throw new VitrineError('usage', 'The poses of this run came with its particles, and so did its hand.', {
      advice: 'Mirror the poses in the program that found them.',
    });
  await mirrorEpochs(run);
  const epochs = [0, ...(await run.epochs())];
  for (const epoch of epochs) {
    const poses = await run.poses(epoch);
    const tilted = await run.poses(epoch, 'pose_tilted');
    if (poses) await run.savePoses(epoch, mirrorPoses(poses), tilted ? mirrorPoses(tilted) : undefined);
  }
  for (let number = 1; ; number++) {
    const name = `start_${number}.mrc`;
    const bytes = await run.storage.read(run.path(name));
    if (!bytes) break;
    const { values, boxPixels, pixelSizeAngstrom } = await readMrcVolume({
      path: name,
      blob: new Blob([new Uint8Array(bytes)]),
    });
    await run.storage.write(
      run.path(name),
      writeMrcVolume({ boxPixels, pixelSizeAngstrom: pixelSizeAngstrom ?? 0, values: mirrorVolume(values, boxPixels) }),
    );
  }
  const linear = linearStartOf(run);
  if (await linear.record()) {
    await mirrorEpochs(linear);
    await mirrorGivenPoses(linear);
  }
  // J T J turns a tilt about x the other way.
  const params = { ...record.params, tiltDegrees: -record.params.tiltDegrees };
  return run.update({ mirrored: !(record.mirrored ?? false), params });
}
