// Gradients of the whole step against central differences of the float64 twin, in every parameter group.
import type { FieldModel, Weights } from '../engine.ts';
import { randomFrom, type ModelCase } from './model-cases.ts';
import { lossTwin } from './twin.ts';

const TRIALS = 3;

/** What is wrong with `gradient` (of given latents as 'latents'), a line each; nothing where it is right to 2 % of its group's largest. */
export function gradientErrors(
  { spec, encoding, weights, batch }: ModelCase,
  gradient: Weights,
  beta: number,
): string[] {
  const random = randomFrom(7);
  const errors: string[] = [];
  const given = batch.latents ? [['latents', { data: batch.latents }] as const] : [];
  for (const [name, { data }] of [...weights, ...given]) {
    const found = gradient.get(name)?.data ?? new Float32Array();
    const size = found.reduce((most, g) => Math.max(most, Math.abs(g)), 0);
    for (let trial = 0; trial < TRIALS; trial++) {
      const i = Math.floor((random() / 2 + 0.5) * data.length);
      const kept = data[i];
      // Small enough to rarely cross a kink of the activation, large enough for float32 weights.
      const at = (value: number) => {
        data[i] = value;
        return lossTwin(spec, encoding, weights, batch, beta).total;
      };
      const [up, down] = [Math.fround(kept + 1e-3), Math.fround(kept - 1e-3)];
      const slope = (at(up) - at(down)) / (up - down);
      data[i] = kept;
      if (!(Math.abs(found[i] - slope) <= 0.02 * size + 1e-6))
        errors.push(`${name}[${i}]: gradient ${found[i]}, central difference ${slope}`);
    }
  }
  return errors;
}

/** A gradient from Adam's first moment after one step: (1 − 0.9)·g. */
export function fromFirstMoment(first: Weights): Weights {
  return new Map([...first].map(([name, { shape, data }]) => [name, { shape, data: data.map((m) => 10 * m) }]));
}

/** Gradient of one step at `beta` that moves nothing: of every parameter and, where latents are given, of 'latents'. */
export async function gradientOf(model: FieldModel, { batch }: ModelCase, beta: number): Promise<Weights> {
  await model.trainStep(batch, { learningRate: 0, weightDecay: 0, beta });
  const gradient = fromFirstMoment((await model.exportOptimizer()).first);
  const latents = batch.latents && (await model.takeLatentGradients?.());
  if (latents) gradient.set('latents', { shape: [latents.length], data: latents });
  return gradient;
}
