// In which voxels a landscape's maps were compared, in words: for the screen and the command.
import type { LandscapeMaskSettings } from './landscape-settings.ts';

/** What is told of a mask's making: nothing given, the run's own solvent mask, one that was drawn, or a file. */
export type ToldMask =
  | { kind: 'none' }
  | { kind: 'run' }
  | { kind: 'drawn'; shapes: readonly { how: 'add' | 'subtract'; kind: string }[] }
  | { kind: 'file'; name: string };

const THRESHOLDS = {
  percentile: 'above half the 99.99th percentile of any map',
  maximum: 'above half the maximum of any map',
  none: '',
} as const;

/** "a sphere and 2 boxes, less a region". */
export function shapeWords(shapes: readonly { how: 'add' | 'subtract'; kind: string }[]): string {
  const [added, cut] = (['add', 'subtract'] as const).map((how) => countedWords(shapes.filter((s) => s.how === how)));
  if (!cut) return added;
  const whole = [...(shapes[0].how === 'subtract' ? ['the whole box'] : []), ...(added ? [added] : [])];
  return `${whole.join(' and ')}, less ${cut}`;
}

function countedWords(shapes: readonly { kind: string }[]): string {
  const kinds = [...new Set(shapes.map(({ kind }) => kind))];
  const told = kinds.map((kind) => {
    const count = shapes.filter((shape) => shape.kind === kind).length;
    return count === 1 ? `a ${kind}` : `${count} ${kind === 'box' ? 'boxes' : `${kind}s`}`;
  });
  return told.length > 1 ? `${told.slice(0, -1).join(', ')} and ${told[told.length - 1]}` : (told[0] ?? '');
}

/** "the drawn mask (a sphere)". */
export function keptMaskWords(mask: Exclude<ToldMask, { kind: 'none' }>): string {
  if (mask.kind === 'run') return 'the solvent mask of the run';
  if (mask.kind === 'file') return `the mask of the file ${mask.name}`;
  return mask.shapes.length > 0 ? `the drawn mask (${shapeWords(mask.shapes)})` : 'the drawn mask';
}

/** "automatic: above half the 99.99th percentile of any map, in the drawn mask (a sphere)". */
export function maskWords({ threshold }: Pick<LandscapeMaskSettings, 'threshold'>, within: ToldMask): string {
  const own = THRESHOLDS[threshold];
  if (within.kind === 'none') return own ? `automatic: ${own}` : 'the ball in the box';
  return own ? `${own}, in ${keptMaskWords(within)}` : keptMaskWords(within);
}
