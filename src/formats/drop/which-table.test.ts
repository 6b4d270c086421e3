// Several .cs tables of the same particles: the one that counts, or the question.
import { describe, expect, it } from 'vitest';
import { understand } from '../assemble.ts';
import { writeMrcStack } from '../mrc-write.ts';
import { npyHeaderBytes } from '../npy.ts';
import type { NamedBlob } from '../particles.ts';
import type { Answers } from './understanding.ts';

interface Row {
  uid: number;
  /** Rotation vector about z. */
  turn: number | null;
}

/** A .cs table with uid, images where asked, and poses where the rows have them. */
function cs(path: string, rows: Row[], withImages = false): NamedBlob {
  const withPoses = rows.some(({ turn }) => turn !== null);
  const fields = ["('uid', '<u8')"];
  if (withImages) fields.push("('blob/path', 'S8')", "('blob/idx', '<u4')");
  if (withPoses) fields.push("('alignments3D/pose', '<f4', (3,))", "('alignments3D/shift', '<f4', (2,))");
  const stride = 8 + (withImages ? 12 : 0) + (withPoses ? 20 : 0);
  const bytes = new Uint8Array(stride * rows.length);
  const view = new DataView(bytes.buffer);
  rows.forEach(({ uid, turn }, i) => {
    let at = stride * i;
    view.setBigUint64(at, BigInt(uid), true);
    at += 8;
    if (withImages) {
      bytes.set(new TextEncoder().encode('s.mrcs'), at);
      view.setUint32(at + 8, i, true);
      at += 12;
    }
    if (withPoses) view.setFloat32(at + 8, turn ?? 0, true);
  });
  return { path, blob: new Blob([npyHeaderBytes(`[${fields.join(', ')}]`, [rows.length]).slice(), bytes]) };
}
const stack: NamedBlob = {
  path: 's.mrcs',
  blob: new Blob([writeMrcStack({ count: 2, boxPixels: 4, pixelSizeAngstrom: 2 }, new Float32Array(32)).slice()]),
};
const rows = (...turns: (number | null)[]): Row[] => turns.map((turn, i) => ({ uid: 7 + i, turn }));

async function look(tables: NamedBlob[], answers: Answers = {}) {
  const { set, questions } = await understand([...tables, stack], { answers: { pixelSizeAngstrom: 2, ...answers } });
  const turn = set?.poses && Math.abs(Math.asin(set.poses.rotations[1]));
  return {
    turn: turn === undefined || turn === null ? null : Number(turn.toFixed(4)),
    asked: questions.flatMap((q) => (q.kind === 'reading' ? q.readings.map(({ says }) => says) : [])),
  };
}

const images = cs('J1_particles.cs', rows(null, null), true);
const [old, fresh] = [cs('J2_passthrough.cs', rows(0.1, 0.2)), cs('J3_passthrough.cs', rows(0.5, 0.2))];

describe('several tables with poses', () => {
  it.each<[string, NamedBlob[], Answers, { turn: number; asked: string[] }]>([
    ['that agree', [images, old, cs('J9_passthrough.cs', rows(0.1, 0.2))], {}, { turn: 0.1, asked: [] }],
    ['that differ', [images, old, fresh], {}, { turn: 0.1, asked: ['J2_passthrough.cs', 'J3_passthrough.cs'] }],
    ['that differ, answered', [images, old, fresh], { posesFile: 'J3_passthrough.cs' }, { turn: 0.5, asked: [] }],
    [
      'of the job itself and passed through to it',
      [cs('J4.cs', rows(0.3, 0.2), true), old],
      {},
      { turn: 0.3, asked: [] },
    ],
    [
      'of the job itself and of another',
      [cs('J4.cs', rows(0.3, 0.2), true), cs('J5.cs', rows(0.5, 0.2))],
      {},
      { turn: 0.3, asked: ['J4.cs', 'J5.cs'] },
    ],
    [
      'of which one has only some particles, the same',
      [images, cs('J6_passthrough.cs', rows(0.1)), old],
      {},
      { turn: 0.1, asked: [] },
    ],
  ])('%s', async (_, tables, answers, expected) => {
    expect(await look(tables, answers)).toEqual(expected);
  });
});
