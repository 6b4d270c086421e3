// Parameters of a model of atoms by name: what is learned, and what belongs to the molecule and stays.
import type { AtomsField, ModelSpec, Weights } from '../engine.ts';
import type { Chain } from '../parameters.ts';
import { encoderChain } from '../parameters.ts';

/** Tensors of the molecule that no step changes: electrons of each centre, restraints (restraints.ts). */
export const FIXED = {
  electrons: 'model.electrons',
  bonds: 'model.bonds',
  bondLengths: 'model.bond_lengths',
  sides: 'model.sides',
  sideLimit: 'model.side_limit',
} as const;

/** Learned beside the perceptrons: positions [N, 3] and σ [1] in fractions of the box, the logarithm of a₀ [1]. */
export const LEARNED = { positions: 'positions', sigma: 'sigma', logAmplitude: 'log_amplitude' } as const;

/** Shapes of the tensors beside the perceptrons'. */
export function moleculeShapes({ centres, bonds, sides }: AtomsField): Record<string, number[]> {
  return {
    [FIXED.electrons]: [centres],
    [FIXED.bonds]: [bonds, 2],
    [FIXED.bondLengths]: [bonds],
    [FIXED.sides]: [sides, 2],
    [FIXED.sideLimit]: [1],
    [LEARNED.positions]: [centres, 3],
    [LEARNED.sigma]: [1],
    [LEARNED.logAmplitude]: [1],
  };
}

/** How images are prepared and encoded: as a network's of the same size, at whole lattices. */
export function imageSpec({ boxPixels, zDim, layers, width }: AtomsField): ModelSpec {
  return {
    ...{ boxPixels, zDim, domain: 'hartley', activation: 'relu' },
    ...{ decoderLayers: layers, decoderDim: width, encoderLayers: layers, encoderDim: width },
    encoderMaskRadius: boxPixels / 2,
  };
}

/** Image → (μ, log σ²); null of one structure. */
export function encoderOf(field: AtomsField, points: number): Chain | null {
  return encoderChain(imageSpec(field), points);
}

/** z → 3N offsets; null of one structure. */
export function decoderOf({ zDim, centres, layers, width }: AtomsField): Chain | null {
  if (zDim === 0) return null;
  const plain = { residual: false, activated: true, joined: false };
  const hidden = Array.from({ length: layers }, (_, layer) => ({
    ...{ ...plain, name: `decoder.main.${2 * layer + 2}.linear`, inputs: width, outputs: width },
    residual: true,
  }));
  const last = { ...plain, name: `decoder.main.${2 * layers + 2}`, inputs: width, outputs: 3 * centres };
  return [{ ...plain, name: 'decoder.main.0', inputs: zDim, outputs: width }, ...hidden, { ...last, activated: false }];
}

/** Names of what is learned, in the order of a checkpoint. */
export function learnedNames(field: AtomsField, points: number): string[] {
  const chain = [...(encoderOf(field, points) ?? []), ...(decoderOf(field) ?? [])];
  return [...Object.values(LEARNED), ...chain.flatMap(({ name }) => [`${name}.weight`, `${name}.bias`])];
}

/** Zeros of the shapes of the learned tensors. */
export function zerosLike(weights: Weights, names: readonly string[]): Weights {
  return new Map(
    names.map((name) => {
      const { shape, data } = weights.get(name) ?? { shape: [], data: new Float32Array() };
      return [name, { shape, data: new Float32Array(data.length) }];
    }),
  );
}
