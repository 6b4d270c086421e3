// The files of the reference data against the values cryoDRGN's own parsers gave for them.
import { expect, it } from 'vitest';
import { describeWithReference, referenceBlob, referenceBytes } from '../../testing/reference.ts';
import { parseCs } from './cs/cs.ts';
import { csCtf } from './cs/cs-ctf.ts';
import { csImages, joinPassthrough } from './cs/cs-particles.ts';
import { csPoses } from './cs/cs-poses.ts';
import { readCryodrgnPickle } from './cryodrgn-pickles.ts';
import { openMrcStack } from './mrc.ts';
import { readMrcVolume } from './mrc-volume.ts';
import type { NumpyArray } from './numpy-arrays.ts';
import { readNpy } from './npy.ts';
import { readPickles } from './pickle.ts';
import { parseStarParticles } from './star/star-particles.ts';
import { starCtf } from './star/star-ctf.ts';
import { starPoses } from './star/star-poses.ts';
import type { TorchTensor } from './torch-checkpoint.ts';
import { readTorchCheckpoint, type CheckpointDict } from './torch-checkpoint.ts';

const largestDifference = (a: ArrayLike<number>, b: ArrayLike<number>) => {
  expect(a.length).toBe(b.length);
  let largest = 0;
  for (let i = 0; i < a.length; i++) largest = Math.max(largest, Math.abs(a[i] - b[i]));
  return largest;
};
const pickleOf = (path: string) => readCryodrgnPickle(referenceBytes(path), path);
function posesOf(path: string) {
  const read = pickleOf(path);
  if (read.kind !== 'poses') throw new Error(`${path} holds ${read.kind}`);
  return read.poses;
}
function ctfOf(path: string) {
  const read = pickleOf(path);
  if (read.kind !== 'ctf') throw new Error(`${path} holds ${read.kind}`);
  return read.ctf;
}

describeWithReference('reference files', () => {
  it('a cryoSPARC table gives the poses and CTF that cryoDRGN makes of it', () => {
    const path = 'files/cryosparc_P12_J24_001_particles.cs';
    const fields = joinPassthrough(parseCs(referenceBytes(path), path), []);
    const expected = posesOf('files/pose.cs.pkl');
    const expectedCtf = ctfOf('files/ctf2.pkl');
    const scale = { boxPixels: 180, pixelSizeAngstrom: null };
    const poses = csPoses(fields, scale);
    expect(largestDifference(poses!.rotations, expected.rotations)).toBeLessThan(1e-4);
    expect(largestDifference(poses!.translations!, expected.translations!)).toBeLessThan(1e-4);
    const { ctf } = csCtf(fields, scale);
    expect(largestDifference(ctf!, expectedCtf)).toBeLessThan(1e-4);
    expect(csImages(fields)?.indexIn[2018]).toBe(124);
  });

  it.each(['hinge', 'rigid'])('%s: the STAR file gives the poses and CTF of the pickles', async (set) => {
    const table = parseStarParticles(referenceBytes(`${set}/particles.star`), 'particles.star');
    const scale = { boxPixels: 32, pixelSizeAngstrom: null };
    const poses = starPoses(table, scale);
    const expected = posesOf(`${set}/poses.pkl`);
    // The STAR file is written to 5 decimals of a degree or an Å.
    expect(largestDifference(poses!.rotations, expected.rotations)).toBeLessThan(1e-5);
    expect(largestDifference(poses!.translations!, expected.translations!)).toBeLessThan(1e-5);
    const { ctf } = starCtf(table, scale);
    expect(largestDifference(ctf!, ctfOf(`${set}/ctf.pkl`))).toBeLessThan(0.01);
    const { reader } = await openMrcStack(await referenceBlob(`${set}/particles.mrcs`));
    expect(reader.count).toBe(table.rows);
    expect(reader.pixelSizeAngstrom).toBeCloseTo(table.pixelSizeAngstrom!, 5);
  });

  it('relion31: optics, poses and images', async () => {
    const table = parseStarParticles(referenceBytes('files/relion31.star'), 'relion31.star');
    expect([table.rows, table.version, table.boxPixels, table.pixelSizeAngstrom]).toEqual([5, '3.1', 256, 2.806]);
    const scale = { boxPixels: 256, pixelSizeAngstrom: null };
    const { ctf } = starCtf(table, scale);
    expect(Array.from(ctf!.slice(0, 9))).toEqual(
      Array.from(Float32Array.of(256, 2.806, 13108.082418, 12845.582418, -160.39, 300, 0.01, 0.1, 0)),
    );
    const poses = starPoses(table, scale);
    expect(poses!.translations![0]).toBeCloseTo(0.019324 / 2.806 / 256, 8);
    expect(poses!.rotations[8]).toBeCloseTo(Math.cos((82.318041 * Math.PI) / 180), 6);
    const { reader, notices } = await openMrcStack(await referenceBlob('files/relion31.mrcs'));
    expect([reader.count, reader.boxPixels, reader.pixelSizeAngstrom]).toEqual([5, 256, null]);
    expect(notices.map((notice) => notice.code)).toEqual(['mrc-no-map-stamp']);
  });

  it('empiar_10076: RELION 3.0, cryoSPARC and MRC agree', async () => {
    const star = parseStarParticles(referenceBytes('files/empiar_10076_7.star'), 'empiar_10076_7.star');
    const cs = joinPassthrough(parseCs(referenceBytes('files/empiar_10076_7.cs'), 'empiar_10076_7.cs'), []);
    const scale = { boxPixels: 320, pixelSizeAngstrom: null };
    const a = starCtf(star, scale).ctf!;
    const b = csCtf(cs, scale).ctf!;
    expect(largestDifference(a, b)).toBeLessThan(2e-3);
    expect(star.pixelSizeAngstrom).toBeCloseTo(50000 / 38168, 6);
    expect(csImages(cs)).toEqual(star.images);
    expect(starPoses(star, scale)).toBeNull();
    expect(csPoses(cs, scale)).toBeNull();
    const { reader } = await openMrcStack(await referenceBlob('files/empiar_10076_7.mrc'));
    expect(reader.count).toBe(7);
  });

  it('images are exact and come in the order asked for', async () => {
    const { reader } = await openMrcStack(await referenceBlob('files/hand.mrcs'));
    const bytes = referenceBytes('files/hand.mrcs');
    const whole = new Float32Array(bytes.slice(1024).buffer);
    const order = [5, 6, 7, 99, 0, 0, 1, 50];
    const images = await reader.read(order);
    order.forEach((index, i) =>
      expect(images.slice(i * 4096, (i + 1) * 4096)).toEqual(whole.slice(index * 4096, (index + 1) * 4096)),
    );
    const volume = await readMrcVolume(await referenceBlob('files/toymodel_small_nocenter.mrc'));
    expect(volume.values.reduce((sum, value) => sum + value, 0) / 27000).toBeCloseTo(0.006666666828, 7);
  });

  it.each(['hand.mrcs', 'relion31.mrcs', 'empiar_10076_7.mrc', 'toy_projections.mrcs'])(
    'every pixel of %s is the float32 in the file',
    async (name) => {
      const { reader } = await openMrcStack(referenceBlob(`files/${name}`));
      const bytes = referenceBytes(`files/${name}`);
      const images = await reader.read(Array.from({ length: reader.count }, (_, i) => i));
      expect(images.length).toBe(reader.count * reader.boxPixels ** 2);
      const view = new DataView(bytes.buffer, bytes.byteOffset + 1024);
      let different = 0;
      for (let i = 0; i < images.length; i++) if (!Object.is(images[i], view.getFloat32(4 * i, true))) different++;
      expect(different).toBe(0);
    },
  );

  it('pickles and arrays of every kind', () => {
    expect(readNpy(referenceBytes('files/hand_11_particles.npy'), 'x').shape).toEqual([11, 65, 65]);
    const ind = pickleOf('files/ind100.pkl');
    expect(ind.kind === 'index' && ind.indices.length).toBe(100);
    expect(ctfOf('files/empiar10028_ctf.pkl').length).toBe(9 * 105247);
    expect(ctfOf('files/test_ctf.pkl').length).toBe(9000);
    expect(posesOf('files/toy_angles.pkl').translations).toBeNull();
    const z = pickleOf('hinge/cryodrgn/z.20.pkl');
    expect(z.kind === 'latents' && [z.count, z.zDim, z.logVariance?.length]).toEqual([4000, 8, 32000]);
    if (z.kind !== 'latents') throw new Error('not latents');
    // Numbers as Python reads them.
    expect(z.mu.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1396.8346935510344, 4);
    expect(z.mu[3999 * 8 + 7]).toBeCloseTo(0.72647715, 7);
    expect(z.logVariance?.[17 * 8 + 3]).toBeCloseTo(-2.5789664, 6);
    expect(Array.from(ctfOf('files/empiar10028_ctf.pkl').slice(-9))).toEqual(
      Array.from(Float32Array.of(360, 1.340000033378601, 26115.5703125, 26354.619140625, 33.380001068, 300, 2, 0.1, 0)),
    );
    expect(ind.kind === 'index' && [0, 1, 50, 99].map((i) => ind.indices[i])).toEqual([0, 1, 50, 99]);
    const single = pickleOf('files/zvals_het-8_4k.pkl');
    expect(single.kind === 'latents' && [single.count, single.logVariance]).toEqual([4549, null]);
    expect(readPickles(referenceBytes('hinge/poses.pkl'), 'p')).toHaveLength(1);
    expect((readPickles(referenceBytes('files/ind100.pkl'), 'p')[0] as NumpyArray).data).toBeInstanceOf(BigInt64Array);
  });

  it.each([
    {
      path: 'hinge/cryodrgn/weights.20.pkl',
      epoch: 20,
      shape: [128, 796],
      sums: [4.867528291850704, -5.4013727886776906, -12.664994811539145],
      lasts: [-0.00543927401304245, -0.6388050317764282, -0.033634405583143234],
      firstKey: 0,
      steps: 5000,
      secondMoment: 0.004125115915457833,
    },
    {
      path: 'files/het_weights.pkl',
      epoch: 0,
      shape: [8, 3208],
      sums: [2.7722365859716334, -2.1648353184573352, 1.726125666871667],
      lasts: [0.012412740848958492, -0.41140493750572205, -0.31925758719444275],
      firstKey: 9,
      steps: 1313,
      secondMoment: 0.02789827701913694,
    },
  ])('$path: a PyTorch checkpoint', ({ path, epoch, shape, sums, lasts, firstKey, steps, secondMoment }) => {
    const checkpoint = readTorchCheckpoint(referenceBytes(path), path);
    expect(checkpoint.get('epoch')).toBe(epoch);
    const model = checkpoint.get('model_state_dict') as CheckpointDict;
    const first = model.get('encoder.main.0.weight') as TorchTensor;
    expect(first.shape).toEqual(shape);
    expect(first.data).toBeInstanceOf(Float32Array);
    const optimizer = checkpoint.get('optimizer_state_dict') as CheckpointDict;
    expect((optimizer.get('param_groups') as CheckpointDict[])[0].get('lr')).toBe(0.0001);
    // Sums and last values as PyTorch 1.13 gives them.
    const sum = (tensor: TorchTensor) => (tensor.data as Float32Array).reduce((total, value) => total + value, 0);
    const tensors = ['encoder.main.0.weight', 'decoder.rand_freqs', 'decoder.decoder.main.4.linear.weight'].map(
      (name) => model.get(name) as TorchTensor,
    );
    tensors.forEach((tensor, i) => {
      expect(sum(tensor)).toBeCloseTo(sums[i], 6);
      expect(Number(tensor.data.at(-1))).toBeCloseTo(lasts[i], 9);
    });
    const state = optimizer.get('state') as CheckpointDict;
    const [key, moments] = [...state][0] as [number, CheckpointDict];
    expect(key).toBe(firstKey);
    expect((moments.get('step') as TorchTensor).shape).toEqual([]);
    expect((moments.get('step') as TorchTensor).data[0]).toBe(steps);
    expect(sum(moments.get('exp_avg_sq') as TorchTensor)).toBeCloseTo(secondMoment, 8);
  });
});
