// First aid: everything that is looked at in the first minute of a set of particles, in the order of CHECKS.
import { throwIfCancelled } from '../base/errors.ts';
import type { LongWork } from '../base/long-work.ts';
import { checkCentring } from './centring.ts';
import { checkContrast } from './contrast.ts';
import { checkCtfApplied } from './ctf-applied.ts';
import { checkCtf } from './ctf-fit.ts';
import { checkDirections } from './directions.ts';
import { checkDuplicates } from './duplicates.ts';
import { CHECKS, type Finding } from './finding.ts';
import { checkImages } from './images.ts';
import { checkNoise } from './noise.ts';
import type { CheckedParticles } from './particles.ts';
import { checkPixelSize } from './pixel-size.ts';
import { checkPoses, NO_POSES } from './poses.ts';
import { posedImages } from './posed.ts';
import type { ImageSample } from './sample.ts';
import { scanImages, type ImageScan } from './scan.ts';
import { checkShifts } from './shifts.ts';

/** Findings in the order of CHECKS, and what the pass over the stack found, for what is asked later. */
export interface FirstAid {
  findings: Finding[];
  scan: ImageScan;
}

/** Share of the work that the pass over the stack is taken to be. */
const SCAN_SHARE = 0.6;

/** Looks at a set. Errors: the reader's, 'cancelled'. */
export async function firstAid(particles: CheckedParticles, work: LongWork = {}): Promise<FirstAid> {
  const { images, poses, pixelSizeAngstrom } = particles;
  const part = (from: number, share: number): LongWork => ({
    ...work,
    onProgress: (fraction, message) => work.onProgress?.(from + share * fraction, message),
  });
  const scan = await scanImages(images, part(0, SCAN_SHARE));
  const { sample } = scan;
  const findings: Finding[] = [
    checkImages(scan),
    checkDuplicates(scan, particles),
    checkContrast(particles, sample),
    checkPixelSize(sample, pixelSizeAngstrom, images.pixelSizeAngstrom),
    checkNoise(sample, pixelSizeAngstrom),
  ];
  const rest = part(SCAN_SHARE, 0);
  rest.onProgress?.(0, 'Comparing the CTF with the images');
  throwIfCancelled(work.signal);
  const withPoses = await ofPoses(particles, sample, rest);
  findings.push(...withPoses, checkDirections(poses));
  findings.sort((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check));
  return { findings, scan };
}

/** What poses tell, and what is told better with them. Shifts that are seen to be wrong are put right before the others are asked. */
async function ofPoses(particles: CheckedParticles, sample: ImageSample, work: LongWork): Promise<Finding[]> {
  const given = await posedImages(particles, sample, work);
  const shifts = given && (await checkShifts(given, particles.pixelSizeAngstrom));
  const posed = given && shifts?.better ? await given.withShifts(shifts.better) : given;
  const poses = posed ? await checkPoses(posed) : particles.poses ? null : NO_POSES;
  const ctf = await checkCtf(particles, sample, posed);
  return [
    ctf,
    await checkCtfApplied(particles, sample, { posed, belongs: ctf.verdict }),
    ...(poses ? [poses] : []),
    ...(shifts ? [shifts.finding] : []),
    await checkCentring(particles, sample, posed, work),
  ];
}
