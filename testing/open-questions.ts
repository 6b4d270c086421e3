// Drops that leave one question open, each with the answer that a person may give by the keyboard.
import { writeMrcStack } from '../src/formats/mrc-write.ts';
import { writeIndexPickle, writePosePickle } from '../src/formats/cryodrgn-pickles.ts';
import { rotationVectorFromMatrix } from '../src/formats/lists/pose-tables.ts';
import { csFields, csOf } from './cs-bytes.ts';
import { csParticles, ctfPickle, posePickle, posesOfRows, rotationOfRow, stackOf, starOf } from './particle-files.ts';

export interface OpenQuestion {
  name: string;
  files: { name: string; bytes: Uint8Array }[];
  /** Test ids: of the question, of what is chosen or pressed first, of the button that answers; null where the first does. */
  card: string;
  choice: string;
  button: string | null;
}

const COUNT = 8;
const all = Array.from({ length: COUNT }, (_, i) => i);
const text = (value: string) => new TextEncoder().encode(value);
const stack = { name: 'stack.mrcs', bytes: stackOf(all) };
const reading = (about: string, choice = 0) => ({
  card: `question-${about}`,
  choice: `${about}-${choice}`,
  button: `${about}-answer`,
});

function shifted(fraction: number): Uint8Array {
  const { rotations } = posesOfRows(COUNT);
  const translations = Float32Array.from({ length: 2 * COUNT }, (_, i) => (i % 3 ? fraction : -fraction));
  return writePosePickle({ rotations, translations });
}

/** Alignments of two classes. */
function twoClasses(): Uint8Array {
  const pose = (turn: number) => (row: number) => rotationVectorFromMatrix(rotationOfRow(row + turn));
  const share = (number: number) => (row: number) => (row % 2 === number ? 0.9 : 0.1);
  return csOf(COUNT, [
    csFields.uid((row) => row),
    ...[0, 1].flatMap((number) => [
      csFields.integer(`alignments_class_${number}/class`, () => number),
      csFields.number(`alignments_class_${number}/class_posterior`, share(number)),
      csFields.numbers(`alignments_class_${number}/pose`, 3, pose(number)),
      csFields.numbers(`alignments_class_${number}/shift`, 2, () => [0, 0]),
      csFields.number(`alignments_class_${number}/psize_A`, () => 2),
    ]),
  ]);
}

/** Alignments of all rows, turned by `turn` rows. */
const alignments = (turn: number) =>
  csOf(COUNT, [
    csFields.uid((row) => row),
    csFields.numbers('alignments3D/pose', 3, (row) => rotationVectorFromMatrix(rotationOfRow(row + turn))),
    csFields.numbers('alignments3D/shift', 2, () => [0, 0]),
    csFields.number('alignments3D/psize_A', () => 2),
  ]);

/** Rows 4 to 7 are images of another stack. */
const ofTwoStacks = starOf('3.1', all).replace(
  /0000(0[5-8])@stack/g,
  (_, index: string) => `00000${Number(index) - 4}@other`,
);
const otherBox = writeMrcStack({ count: 4, boxPixels: 12, pixelSizeAngstrom: 2.4 }, new Float32Array(4 * 144).fill(1));

const withoutContrast = starOf('3.1', all).replace('_rlnAmplitudeContrast #5 \n', '').replace(' 2.7 0.1 ', ' 2.7 ');

export const OPEN_QUESTIONS: OpenQuestion[] = [
  {
    name: 'pixels or fractions of the box',
    files: [stack, { name: 'pose.pkl', bytes: shifted(0.4) }, { name: 'ctf.pkl', bytes: ctfPickle(COUNT) }],
    ...reading('shift-unit', 1),
  },
  {
    name: 'a CTF without amplitude contrast',
    files: [stack, { name: 'a.star', bytes: text(withoutContrast) }],
    ...{ card: 'question-amplitude-contrast', choice: 'amplitude-contrast-0.1', button: null },
  },
  {
    name: 'a pose a class',
    files: [stack, { name: 'a.cs', bytes: csParticles(all) }, { name: 'passthrough_a.cs', bytes: twoClasses() }],
    ...reading('which-class'),
  },
  {
    name: 'names beyond the stack',
    files: [
      stack,
      {
        name: 'a.star',
        bytes: text(
          starOf(
            '3.1',
            all.map((i) => 2 * i),
          ),
        ),
      },
    ],
    ...reading('order-of-images'),
  },
  {
    name: 'an index list that only reorders',
    files: [
      stack,
      { name: 'pose.pkl', bytes: posePickle(COUNT) },
      { name: 'ind.pkl', bytes: writeIndexPickle(Uint32Array.from(all, (i) => (i + 3) % COUNT)) },
    ],
    ...reading('list-already-applied'),
  },
  {
    name: 'two lists of poses',
    files: [stack, { name: 'pose.pkl', bytes: posePickle(COUNT) }, { name: 'other-pose.pkl', bytes: shifted(0.05) }],
    ...reading('which-file', 1),
  },
  {
    name: 'two tables of alignments',
    files: [
      stack,
      { name: 'particles.cs', bytes: csParticles(all) },
      { name: 'first_passthrough.cs', bytes: alignments(0) },
      { name: 'second_passthrough.cs', bytes: alignments(3) },
    ],
    ...reading('which-table', 1),
  },
  {
    name: 'stacks of two boxes',
    files: [stack, { name: 'other.mrcs', bytes: otherBox }, { name: 'a.star', bytes: text(ofTwoStacks) }],
    ...reading('different-boxes'),
  },
];
