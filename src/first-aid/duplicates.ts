// Particles that are there twice: images that are the same to the last bit, and particles picked twice in one micrograph.
import { rotationAngle } from '../geometry/rotation.ts';
import { inWords, measure, MOST_ROWS, ofImages, type Finding } from './finding.ts';
import type { CheckedParticles } from './particles.ts';
import type { ImageScan } from './scan.ts';

/** Radians: copies of symmetry expansion differ by 60° and more, refined ones by a few degrees less. */
const SAME_POSE = (10 * Math.PI) / 180;
/** Å: picks of one particle by two pickers lie nearer; the smallest proteins that are looked at are as wide. */
const NEAR_ANGSTROM = 20;
/** Of the images: twofold expansion makes half of them copies. */
const EXPANDED = 0.4;
/** Beyond this share, and of more than a few, halves of the data are no longer independent enough to be compared. */
const MANY = 0.01;
const FEW = 10;
const isMany = (count: number, all: number) => count >= FEW && count > MANY * all;

interface Copies {
  /** Places in the scan of images that one before them equals. */
  again: number[];
  /** Of them, those whose pose differs from the first one's. */
  turned: number;
}

export function checkDuplicates(scan: ImageScan, particles: CheckedParticles): Finding {
  const { again, turned } = copiesOf(scan, particles);
  const near = nearPicks(particles);
  const whole = scan.rows.length === scan.count;
  const measures = [
    measure('images compared', scan.rows.length),
    measure('images that are there before', again.length),
    measure('of them in another pose', turned),
    measure(`picked within ${NEAR_ANGSTROM} Å of another`, near ? near.length : null),
  ];
  const rows = [...new Set([...again.map((at) => scan.rows[at]), ...(near ?? [])])].sort((a, b) => a - b);
  const base = { check: 'duplicates' as const, measures, ...(rows.length > 0 && { rows: rows.slice(0, MOST_ROWS) }) };
  if (again.length > EXPANDED * scan.rows.length && turned > 0.9 * again.length)
    return {
      ...base,
      verdict: 'look',
      sentence: `Each of ${ofImages(again.length, scan.rows.length)} is a copy of an earlier one in another pose: the set is symmetry-expanded.`,
      advice: 'Go on, but do not take two copies of a particle for two observations; select whole particles.',
    };
  if (again.length > 0) {
    const verdict = isMany(again.length, scan.rows.length) ? 'wrong' : 'look';
    const words = ofImages(again.length, scan.rows.length);
    return {
      ...base,
      verdict,
      sentence: `${words[0].toUpperCase()}${words.slice(1)} ${again.length === 1 ? 'is' : 'are'} the same as an earlier one, to the last bit${turned > 0 ? `, ${turned === again.length ? '' : `${turned.toLocaleString('en-US')} of them `}in another pose` : ''}.`,
      advice: 'Leave the copies out: counted twice, their noise passes for signal.',
    };
  }
  if (near && near.length > 0)
    return {
      ...base,
      verdict: isMany(near.length, scan.count) ? 'wrong' : 'look',
      sentence: `${near.length === 1 ? 'One particle lies' : `${near.length.toLocaleString('en-US')} particles lie`} within ${NEAR_ANGSTROM} Å of another of their micrograph: likely one particle picked twice.`,
      advice: 'Remove duplicates by distance in the program that picked them.',
    };
  const picks = near ? `, and no two were picked within ${inWords(NEAR_ANGSTROM)} Å of each other` : '';
  if (!whole)
    return {
      ...base,
      verdict: 'cannot say',
      sentence: `The stack is too large to read whole: among ${scan.rows.length.toLocaleString('en-US')} images spread over it no two are the same${picks}.`,
      advice: null,
    };
  return { ...base, verdict: 'good', sentence: `No two of the images are the same${picks}.`, advice: null };
}

function copiesOf({ rows, hashes, deviations }: ImageScan, { poses }: CheckedParticles): Copies {
  const first = new Map<string, number>();
  const copies: Copies = { again: [], turned: 0 };
  for (let at = 0; at < rows.length; at++) {
    // Empty images are all alike; they are told of elsewhere.
    if (!(deviations[at] > 0)) continue;
    const key = `${hashes[2 * at]} ${hashes[2 * at + 1]}`;
    const before = first.get(key);
    if (before === undefined) first.set(key, at);
    else {
      copies.again.push(at);
      if (poses && rotationAngle(poses.rotations, poses.rotations, 9 * rows[before], 9 * rows[at]) > SAME_POSE)
        copies.turned++;
    }
  }
  return copies;
}

/**
 * Rows whose particle, after its shift, lies near one before it; null where no places are known. Copies of one pick in other poses
 * (symmetry expansion) are none. Cells of the distance's width, nine of them a particle.
 */
function nearPicks({ picked, images, poses, pixelSizeAngstrom }: CheckedParticles): number[] | null {
  if (!picked) return null;
  const { micrograph, places } = picked;
  const box = images.boxPixels * (pixelSizeAngstrom ?? 1);
  const at = (row: number, axis: number) => places[2 * row + axis] - box * (poses?.translations?.[2 * row + axis] ?? 0);
  const copies = (a: number, b: number) =>
    places[2 * a] === places[2 * b] &&
    places[2 * a + 1] === places[2 * b + 1] &&
    poses !== null &&
    rotationAngle(poses.rotations, poses.rotations, 9 * a, 9 * b) > SAME_POSE;
  const cells = new Map<string, number[]>();
  const near: number[] = [];
  for (let row = 0; row < images.count; row++) {
    const [x, y] = [at(row, 0), at(row, 1)];
    const [column, line] = [Math.floor(x / NEAR_ANGSTROM), Math.floor(y / NEAR_ANGSTROM)];
    let found = false;
    for (let i = -1; i <= 1; i++)
      for (let j = -1; j <= 1; j++)
        for (const other of cells.get(`${micrograph[row]} ${column + i} ${line + j}`) ?? [])
          found ||= Math.hypot(at(other, 0) - x, at(other, 1) - y) < NEAR_ANGSTROM && !copies(other, row);
    if (found) near.push(row);
    const key = `${micrograph[row]} ${column} ${line}`;
    const members = cells.get(key);
    if (members) members.push(row);
    else cells.set(key, [row]);
  }
  return near;
}
