// Which rows of a set a list means, where an image may stand in several rows: symmetry expansion repeats it under other
// poses. Rows are told by a key (image or uid), and copies of one key by their poses.
import { VitrineError, type Notice } from '../../base/errors.ts';
import type { Poses } from '../particles.ts';

export interface RowKeys {
  keys: string[];
  /** Poses of the rows as the file or set may say them; asked for only where a key has several rows. */
  poses: () => Poses[];
  /** A number of each row (rlnParticleId) that tells copies apart whose poses are the same; null where there is none. */
  ids?: () => ArrayLike<number> | null;
}

/** Largest difference of a matrix element or of a shift (in boxes) of one pose written twice: two decimals of a degree. */
export const SAME_POSE = 1e-3;

/**
 * Rows of `own` (ascending) that the `wanted` rows mean. Copies are told by their poses, or the nearest where these were
 * refined since, with a notice; a list without poses means all copies of an image, with a notice. Errors: 'index-out-of-range' where none fits, 'ambiguous' where poses do not tell.
 */
export function matchRows(wanted: RowKeys, own: RowKeys, file: string): { rows: Uint32Array; notices: Notice[] } {
  const ownOf = rowsByKey(own.keys);
  const rows = new Set<number>();
  let absent = 0;
  let allCopies = 0;
  let alike = 0;
  let turned = 0;
  for (const [key, listed] of rowsByKey(wanted.keys)) {
    const copies = ownOf.get(key) ?? [];
    if (copies.length <= 1) {
      copies.forEach((row) => rows.add(row));
      absent += copies.length === 0 ? listed.length : 0;
      continue;
    }
    const taken = byPose(listed, copies, wanted, own) ?? byNearestPose(listed, copies, wanted, own);
    if (taken) {
      taken.rows.forEach((row) => rows.add(row));
      alike += taken.alike;
      turned = Math.max(turned, taken.turned);
      absent += listed.length - taken.rows.length;
      continue;
    }
    if (wanted.poses().length > 0 && listed.length !== copies.length)
      throw new VitrineError(
        'ambiguous',
        'The list has one of several copies of an image, under a pose that the set does not have.',
        {
          file,
          row: listed[0] + 1,
          expected: `a pose of one of the ${copies.length} rows of ${key}`,
          found: `${listed.length === 1 ? 'another pose' : `${listed.length} other poses`}`,
          advice: 'Give a list that was cut from this set, or one without poses, which means all copies.',
        },
      );
    copies.forEach((row) => rows.add(row));
    if (listed.length !== copies.length) allCopies++;
  }
  if (rows.size === 0 && wanted.keys.length > 0)
    throw new VitrineError('index-out-of-range', 'None of the listed particles is in this set.', {
      file,
      expected: `for example ${own.keys[0] ?? 'none'}`,
      found: wanted.keys[0],
      advice: 'Drop a list that was made from the same stack.',
    });
  const notices: Notice[] = [];
  if (absent > 0)
    notices.push({
      code: 'particles-absent',
      message: `${absent} of ${wanted.keys.length} listed particles are not in this set.`,
      file,
    });
  if (allCopies > 0)
    notices.push({
      code: 'several-copies',
      message: `The set has several rows of ${allCopies} listed images, and the list has no poses to tell them apart: all of them are taken.`,
      file,
    });
  if (alike > 0)
    notices.push({
      code: 'copies-alike',
      message: `${alike} listed rows have several copies with one and the same pose in this set; the first is taken.`,
      file,
    });
  if (turned > 0) notices.push(posesTurned(turned, file));
  return { rows: Uint32Array.from(rows).sort(), notices };
}

/** Said where copies are told by the nearest pose, which is `radians` away at most. */
export function posesTurned(radians: number, file: string): Notice {
  const degrees = ((radians * 180) / Math.PI).toPrecision(2);
  return {
    code: 'copies-by-nearest-pose',
    message: `Poses differ from those of the set by up to ${degrees}°, as after a refinement: copies of an image are told by the nearest pose.`,
    file,
  };
}

function rowsByKey(keys: string[]): Map<string, number[]> {
  const rows = new Map<string, number[]>();
  keys.forEach((key, row) => {
    const before = rows.get(key);
    if (before) before.push(row);
    else rows.set(key, [row]);
  });
  return rows;
}

interface TakenCopies {
  rows: number[];
  /** Rows that could as well be another copy. */
  alike: number;
  /** Largest turn between a listed row and its copy, radians. */
  turned: number;
}

/**
 * For the listed rows the copies with their poses, each once, and how many of them could as well be another; null where
 * none has the pose of a listed row.
 */
function byPose(listed: number[], copies: number[], wanted: RowKeys, own: RowKeys): TakenCopies | null {
  for (const theirs of wanted.poses())
    for (const ours of own.poses()) {
      const free = new Set(copies);
      let alike = 0;
      const rows = listed.flatMap((row) => {
        const id = wanted.ids?.()?.[row];
        const isNamed = (copy: number) => id !== undefined && own.ids?.()?.[copy] === id;
        const near = [...free]
          .map((copy) => ({ copy, away: poseDifference(theirs, row, ours, copy) }))
          .filter(({ away }) => away <= SAME_POSE)
          .sort((a, b) => a.away - b.away || Number(isNamed(b.copy)) - Number(isNamed(a.copy)));
        if (near.length === 0) return [];
        const [{ copy, away }] = near;
        if (near.length > 1 && near[1].away === away && !isNamed(copy) && listed.length < copies.length) alike++;
        free.delete(copy);
        return [copy];
      });
      if (rows.length > 0) return { rows, alike, turned: 0 };
    }
  return null;
}

/** For the listed rows the copies that are clearly nearest to them, each another one; null where some have none. */
function byNearestPose(listed: number[], copies: number[], wanted: RowKeys, own: RowKeys): TakenCopies | null {
  for (const theirs of wanted.poses())
    for (const ours of own.poses()) {
      const turns = listed.map((row) => copies.map((copy) => turnBetween(theirs, row, ours, copy)));
      const places = turns.map(clearlyNearest);
      if (places.includes(-1) || new Set(places).size < places.length) continue;
      const turned = Math.max(...turns.map((some, i) => some[places[i]]));
      return { rows: places.map((place) => copies[place]), alike: 0, turned };
    }
  return null;
}

/**
 * A refinement turns the copies of an image by little, against what lies between them: the place of the smallest turn where
 * all others are more than four times as large, else −1.
 */
export function clearlyNearest(turns: number[]): number {
  const [first, second = Infinity] = [...turns].sort((a, b) => a - b);
  return 4 * first < second ? turns.indexOf(first) : -1;
}

/** Angle between two rotations, radians. */
export function turnBetween(a: Poses, i: number, b: Poses, j: number): number {
  let trace = 0;
  for (let k = 0; k < 9; k++) trace += a.rotations[9 * i + k] * b.rotations[9 * j + k];
  return Math.acos(Math.min(1, Math.max(-1, (trace - 1) / 2)));
}

/** Largest difference of an element, and of a shift where both have shifts. */
export function poseDifference(a: Poses, i: number, b: Poses, j: number): number {
  let most = 0;
  for (let k = 0; k < 9; k++) most = Math.max(most, Math.abs(a.rotations[9 * i + k] - b.rotations[9 * j + k]));
  const [s, t] = [a.translations, b.translations];
  if (s && t) for (const k of [0, 1]) most = Math.max(most, Math.abs(s[2 * i + k] - t[2 * j + k]));
  return most;
}
