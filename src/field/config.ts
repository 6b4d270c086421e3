// A run's field and images as config.yaml of a cryoDRGN work directory (layout of 4.3), and back. `lattice_args` and
// `dataset_args` are the same for every kind of field; `model_args` is the kind's own. A kind that cryoDRGN does not have is
// named there by `kind`; without it the field is a coordinate network.
import type { YamlConfig } from '../formats/yaml-config.ts';
import type { FieldDescription } from './description.ts';
import { kindNamed, kindOf } from './kinds.ts';
import { Section } from './section.ts';

/** What `dataset_args` says of the images a model was trained on. */
export interface DatasetArguments {
  particles: string;
  poses: string | null;
  ctf: string | null;
  indices: string | null;
  dataDirectory: string | null;
  invertData: boolean;
  window: boolean;
  windowRadius: number;
  /** Hartley values were divided by it; maps are multiplied by it. */
  standardDeviation: number;
  /** Of tilt pairs: the tilted images, image for image, and by how many degrees about x; null where it is not known. */
  tilted?: { particles: string; degrees: number | null };
}

export function configFromField(field: FieldDescription, dataset: DatasetArguments, seed: number): YamlConfig {
  const kind = kindOf(field);
  return {
    dataset_args: {
      ctf: dataset.ctf,
      datadir: dataset.dataDirectory,
      do_pose_sgd: false,
      ind: dataset.indices,
      invert_data: dataset.invertData,
      keepreal: false,
      norm: [0, dataset.standardDeviation],
      particles: dataset.particles,
      ...(dataset.tilted && { particles_tilt: dataset.tilted.particles, tilt_deg: dataset.tilted.degrees }),
      poses: dataset.poses,
      window: dataset.window,
      window_r: dataset.windowRadius,
    },
    lattice_args: { D: kind.boxPixels(field) + 1, extent: 0.5, ignore_DC: true },
    model_args: kind.toConfig(field),
    seed,
  };
}

/**
 * Errors: 'yaml-syntax' naming the key that is missing, of the wrong kind, or of a model that cannot be run here;
 * 'field-kind-unknown'.
 */
export function fieldFromConfig(config: unknown): FieldDescription & { dataset: DatasetArguments } {
  const lattice = new Section(config, 'lattice_args');
  const model = new Section(config, 'model_args');
  const dataset = new Section(config, 'dataset_args');
  const boxPixels = lattice.number('D') - 1;
  const field = kindNamed(model.text('kind') ?? 'network').fromConfig({ boxPixels, model, dataset });
  const tiltedParticles = dataset.text('particles_tilt');
  return {
    ...field,
    dataset: {
      particles: dataset.text('particles') ?? '',
      poses: dataset.text('poses'),
      ctf: dataset.text('ctf'),
      indices: dataset.text('ind'),
      dataDirectory: dataset.text('datadir'),
      invertData: dataset.flag('invert_data', true),
      window: dataset.flag('window', true),
      windowRadius: dataset.number('window_r', 0.85),
      standardDeviation: dataset.secondOf('norm'),
      ...(tiltedParticles !== null && {
        tilted: { particles: tiltedParticles, degrees: dataset.has('tilt_deg') ? dataset.number('tilt_deg') : null },
      }),
    },
  };
}
