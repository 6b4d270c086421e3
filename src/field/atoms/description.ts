// A coarse-grained atomic model as a run describes it: how large it is, and the networks that move it.
import type { AtomsField } from '../../engine/engine.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ConfigSections, ModelArguments } from '../kind.ts';

/** As the engine computes it; the molecule itself is among the weights. */
export type AtomsDescription = AtomsField;

/** Parameters alone say nothing of the molecule: a job makes the description from a file. Error 'usage'. */
export function atomsFromParams(): never {
  throw new VitrineError('usage', 'A model of atoms is made from a PDB or mmCIF file.', {
    advice: 'Use vitrine fold.',
  });
}

export function atomsArguments(field: AtomsDescription): ModelArguments {
  const { boxAngstrom, zDim, centres, bonds, sides, restraintStrength, layers, width } = field;
  return {
    ...{ kind: 'atoms', zdim: zDim, layers, dim: width },
    ...{ box_angstrom: boxAngstrom, centres, bonds, sides, restraint_strength: restraintStrength },
  };
}

/** Error 'yaml-syntax' naming the key. */
export function atomsFromConfig({ boxPixels, model }: ConfigSections): AtomsDescription {
  const whole = (key: string, least: number): number => {
    const value = model.number(key);
    return Number.isInteger(value) && value >= least ? value : model.refuse(key, `a whole number from ${least}`, value);
  };
  const above = (key: string): number => {
    const value = model.number(key);
    return value > 0 ? value : model.refuse(key, 'a number above 0', value);
  };
  return {
    ...{ kind: 'atoms' as const, boxPixels, boxAngstrom: above('box_angstrom'), zDim: whole('zdim', 0) },
    ...{ centres: whole('centres', 1), bonds: whole('bonds', 0), sides: whole('sides', 0) },
    ...{ restraintStrength: model.number('restraint_strength'), layers: whole('layers', 0), width: whole('dim', 1) },
  };
}
