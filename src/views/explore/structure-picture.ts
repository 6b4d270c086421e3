// An atomic model's structure as balls and sticks in colours.
import type { CentreStructures } from '../../../workers/contract.ts';
import { displacementOf, type StructureColoring, type StructuresState } from '../../stores/explore/index.ts';
import { RAMP } from '../../viewer3d/ramp.ts';
import type { StructurePicture } from '../../viewer3d/structure-object.ts';

/** Å. */
const RADII = { backbone: 1.1, 'side chain': 0.8 } as const;
const CHAIN_COLORS = ['#5cb3d9', '#dd6b4d', '#8fcf9b', '#e6c65c', '#4a6fd8', '#b58fd8'];

/** What a colouring by a number stands for. */
export interface ColoringRange {
  /** Å, or residues of a chain from its first. */
  low: number;
  high: number;
  unit: 'Å' | 'residue';
}

/** The picture, and the range of its colours; null for colours that are names. */
export function structurePicture(
  shown: CentreStructures,
  coloring: StructureColoring,
  spread: StructuresState['spread'],
): { picture: StructurePicture; range: ColoringRange | null } {
  const { centres, bonds, positions } = shown;
  const { colors, range } = colorsOf(shown, coloring, spread?.values ?? null);
  const radii = Float32Array.from(centres, ({ part }) => RADII[part]);
  return { picture: { positions: positions[0], radii, bonds, colors }, range };
}

function colorsOf(
  shown: CentreStructures,
  coloring: StructureColoring,
  spread: Float32Array | null,
): { colors: string[]; range: ColoringRange | null } {
  const { centres, residues } = shown;
  if (coloring === 'chain') {
    const chains = [...new Set(residues.map(({ chain }) => chain))];
    const color = (chain: string) => CHAIN_COLORS[chains.indexOf(chain) % CHAIN_COLORS.length];
    return { colors: centres.map(({ residue }) => color(residues[residue].chain)), range: null };
  }
  if (coloring === 'residue') {
    const last = Math.max(1, residues.length - 1);
    return {
      colors: centres.map(({ residue }) => rampAt(residue / last)),
      range: { low: 1, high: residues.length, unit: 'residue' },
    };
  }
  const values = coloring === 'displacement' ? displacementOf(shown) : (spread ?? new Float32Array(centres.length));
  const high = values.reduce((most, v) => Math.max(most, v), 0);
  return {
    colors: Array.from(values, (value) => rampAt(high > 0 ? value / high : 0)),
    range: { low: 0, high, unit: 'Å' },
  };
}

/** CSS colour of the ramp at 0 … 1. */
function rampAt(share: number): string {
  const at = Math.min(1, Math.max(0, share)) * (RAMP.length - 1);
  const step = Math.min(Math.floor(at), RAMP.length - 2);
  const part = at - step;
  const mixed = [1, 3, 5].map((from) => {
    const [a, b] = [RAMP[step], RAMP[step + 1]].map((hex) => parseInt(hex.slice(from, from + 2), 16));
    return Math.round(a + (b - a) * part);
  });
  return `#${mixed.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}
