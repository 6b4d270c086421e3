// What should be known before poses are looked for in a set of images.
import type { Notice } from '../base/errors.ts';

/** Below it the views are too sparse for a start from noise to find its way. */
const FEW_IMAGES = 200;

/** What is known of a set before its poses are searched. */
export interface PoseSearchImages {
  /** Images the search will use. */
  count: number;
  hasCtf: boolean;
  /** `oscillates` of `looksLikeCtf`; null where nothing was measured. */
  looksLikeCtf: boolean | null;
}

/** What a person should hear before a search on such images. */
export function noticesForPoseSearch({ count, hasCtf, looksLikeCtf }: PoseSearchImages): Notice[] {
  const notices: Notice[] = [];
  if (count < FEW_IMAGES)
    notices.push({
      code: 'few-images',
      message: 'These are few images to find poses from.',
      expected: `at least ${FEW_IMAGES}, better thousands`,
      found: String(count),
      advice:
        'Add particles if there are more. Otherwise expect a coarse map, and trust it only if runs with other seeds come to the same one.',
    });
  if (!hasCtf && looksLikeCtf)
    notices.push({
      code: 'ctf-missing',
      message: 'There is no CTF, but the power spectra of the images show that they went through one.',
      expected: 'the CTF of each image',
      found: 'none',
      advice:
        'Drop the .star or .cs file of these particles, or a ctf.pkl: without it contrast turns from ring to ring and poses are likely to come out wrong. Go on only if the images were corrected for it.',
    });
  return notices;
}
