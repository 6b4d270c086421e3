// Poses and CTF that were given beside a table stand over the table's own: rows cut from it are written with them.
import { parseCs } from '../cs/cs.ts';
import { csCtf } from '../cs/cs-ctf.ts';
import { joinPassthrough } from '../cs/cs-particles.ts';
import { csPosesSoFar } from '../cs/cs-poses.ts';
import { CTF_FROM_PICKLE, POSES_FROM_PICKLE } from '../drop/ctf-of-drop.ts';
import { VitrineError } from '../../base/errors.ts';
import type { ImageScale } from '../image-scale.ts';
import type { ParticleSet } from '../particles.ts';
import { starCtf } from '../star/star-ctf.ts';
import { parseStarParticles } from '../star/star-particles.ts';
import { starPosesSoFar } from '../star/star-poses.ts';
import { csWithCtf, starWithCtf } from './ctf-tables.ts';
import { csWithPoses, starWithPoses } from './pose-tables.ts';
import { isCsTable } from './star-from-cs.ts';

/** Largest relative difference of numbers that are the same: float32 and six decimals. */
const SAME = 1e-4;

/**
 * `bytes`, rows of the table that `picked` came from, with the poses and the CTF of `picked` where the set has them from
 * elsewhere and they are others. Errors: those of starWithPoses, csWithPoses, starWithCtf and csWithCtf.
 */
export function withGivenValues(bytes: Uint8Array, picked: ParticleSet): Uint8Array {
  const { table, warnings, poses, ctf, boxPixels, pixelSizeAngstrom } = picked;
  if (!table) return bytes;
  const has = (code: string) => warnings.some((warning) => warning.code === code);
  const scale: ImageScale = { boxPixels, pixelSizeAngstrom };
  const { fileName, kind } = table;
  let written = bytes;
  const own = () => {
    if (kind === 'star') {
      const cut = parseStarParticles(bytes, fileName);
      return { poses: () => starPosesSoFar(cut, scale), ctf: () => starCtf(cut, scale).ctf };
    }
    const fields = joinPassthrough(parseCs(bytes, fileName), isCsTable(table) ? (table.passthrough ?? []) : []);
    return { poses: () => csPosesSoFar(fields, scale), ctf: () => csCtf(fields, scale).ctf };
  };
  if (poses && has(POSES_FROM_PICKLE)) {
    const there = own().poses();
    if (!same(there?.rotations, poses.rotations) || !same(there?.translations, poses.translations))
      written =
        kind === 'cs' ? csWithPoses(written, fileName, poses, scale) : starWithPoses(written, fileName, poses, scale);
  }
  if (ctf && has(CTF_FROM_PICKLE) && !same(ctfOrNull(own().ctf), ctf))
    written = kind === 'cs' ? csWithCtf(written, fileName, ctf) : starWithCtf(written, fileName, ctf, scale);
  return written;
}

/** A table whose own CTF cannot be made has none to compare with. */
function ctfOrNull(make: () => Float32Array | null): Float32Array | null {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof VitrineError)) throw error;
    return null;
  }
}

function same(a: ArrayLike<number> | null | undefined, b: ArrayLike<number> | null | undefined): boolean {
  if (!a || !b) return !a && !b;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (Math.abs(a[i] - b[i]) > SAME * Math.max(1, Math.abs(b[i]))) return false;
  return true;
}
