// What a trained field is asked for: a map from z, its preview, latents of many images, and how long the first one takes.
import { decodeVolume } from '../../src/field/volume.ts';
import type { FieldModel } from '../../src/engine/engine.ts';
import { openOnGpu, type Machine } from '../machine.ts';
import { createModel, specOf, syntheticBatch, type Size } from '../models.ts';
import { median, megabytes, figures, seconds, type Part } from '../report.ts';

async function timesOf(work: () => Promise<unknown>, least: number): Promise<{ first: number; later: number }> {
  const times: number[] = [];
  const until = performance.now() + 1000 * least;
  while (times.length < 4 || performance.now() < until) {
    const begin = performance.now();
    await work();
    times.push((performance.now() - begin) / 1000);
  }
  return { first: times[0], later: median(times.slice(1)) };
}

/** Maps of the box and previews of `previewPixels`, with the values' way to the page. */
export async function volumePart(machine: Machine, sizes: Size[], previewPixels: number, least: number): Promise<Part> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const begin = performance.now();
    const engine = await openOnGpu(machine, 'wgsl');
    const model = await createModel(engine, size);
    const z = new Float32Array(specOf(size).zDim).fill(0.3);
    let fromNothing = 0;
    for (const box of [size.boxPixels, Math.min(previewPixels, size.boxPixels)]) {
      const { first, later } = await timesOf(() => mapOf(model, z, box), least);
      fromNothing ||= (performance.now() - begin) / 1000;
      const bytes = megabytes(model.memoryBytes());
      rows.push([`D=${size.boxPixels}, ${size.width}×3`, `${box}³`, seconds(later), seconds(first), bytes]);
    }
    model.dispose();
    engine.dispose();
  }
  return {
    title: 'A map from z',
    notes: ['Until its voxels are in the memory of the page; the first one compiles shaders.'],
    header: ['field', 'map', 'time', 'the first', 'bytes held'],
    rows,
  };
}

/** Made on the device where the engine can. */
function mapOf(model: FieldModel, z: Float32Array, box: number): Promise<unknown> {
  return model.volume ? model.volume(z, box, 1) : decodeVolume(model, z, box, 1);
}

export async function encodePart(machine: Machine, sizes: Size[], least: number): Promise<Part> {
  const rows: string[][] = [];
  for (const size of sizes) {
    const engine = await openOnGpu(machine, 'wgsl');
    const model = await createModel(engine, size);
    const { count, images, translations, ctf } = syntheticBatch(size);
    const { first, later } = await timesOf(() => model.encode({ count, images, translations, ctf }), least);
    const words = `D=${size.boxPixels}, ${size.width}×3, ${count} at a time`;
    rows.push([words, figures(count / later), seconds(first), megabytes(model.memoryBytes())]);
    model.dispose();
    engine.dispose();
  }
  return { title: 'Latents of images', header: ['field', 'images/s', 'the first batch', 'bytes held'], rows };
}
