// The kernel of an insertion pass as text: which of an image's three sums each plane takes, and where it is kept.
import { shaders } from '../generated/shaders.ts';
import { shaderSource } from '../gpu/source.ts';
import { banksOf, type InsertionPass } from './insertion-passes.ts';

/** What the text depends on. */
export interface GatherKernel {
  pass: InsertionPass;
  /** F: the planes are F real parts, F imaginary parts, then entries. */
  factors: number;
  window: number;
}

/** The same name, the same text. */
export function gatherName({ pass, factors, window }: GatherKernel): string {
  return `gather ${pass.first}+${pass.count} by ${pass.perBank} of ${factors}, window ${window}`;
}

/** WGSL of the pass. */
export function gatherSource({ pass, factors, window }: GatherKernel): string {
  const constants = { BANKS: banksOf(pass).length, FOURS: Math.ceil(pass.count / 4), WINDOW: window };
  const fours = Array.from({ length: constants.FOURS }, (_, four) => [share(pass, factors, four), keep(pass, four)]);
  return shaderSource(constants, [shaders['factors/gathered'], ...fours.flat()]);
}

/** x: Re of w c y, y: its Im, z: w c². */
function share({ first }: InsertionPass, factors: number, four: number): string {
  const parts = [0, 1, 2, 3].map((i) => 'xyz'[Math.min(2, Math.floor((first + 4 * four + i) / factors))]);
  return `fn share_${four}(sum: vec3f) -> vec4f { return sum.${parts.join('')}; }`;
}

function keep({ count, perBank }: InsertionPass, four: number): string {
  const lines = [0, 1, 2, 3].flatMap((i) => {
    const plane = 4 * four + i;
    if (plane >= count) return [];
    const [bank, within] = [Math.floor(plane / perBank), plane % perBank];
    const at = `bank_${bank}[${within}u * part.places + place]`;
    return [`  ${at} = select(${at}, 0.0, part.fresh == 1u) + total.${'xyzw'[i]};`];
  });
  return `fn keep_${four}(place: u32, total: vec4f) {\n${lines.join('\n')}\n}`;
}
